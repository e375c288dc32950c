import { Inject, Injectable } from '@nestjs/common';
import type { EndpointEvent } from '#contracts';
import { Database } from '#database';
import { LOGGER, Registry, type Logger } from '#platform';
import { Counter } from 'prom-client';
import { EventsRepository } from '../events/events.repository.js';
import { writeEvent } from '../store/changes.js';
import { backOffMs } from './back-off.js';
import { givenUp, isFor } from './points.js';
import { SendWebhook } from './send-webhook.js';
import { SinksRepository, type Sink } from './sinks.repository.js';

/** Webhooks that are told at the same time; one that does not answer takes its place for 10 s. */
const atOnce = 16;
const pageSize = 100;
/** So old, an event that cannot be delivered is given up. */
const givenUpAfterMs = 86_400_000;

/** Tells webhooks of the events that are for them: each in the order of the events, all apart from each other. */
@Injectable()
export class TellWebhooks {
  private readonly busy = new Map<string, Promise<void>>();
  private readonly attempts: Counter<'result'>;

  constructor(
    private readonly database: Database,
    private readonly sinks: SinksRepository,
    private readonly events: EventsRepository,
    private readonly webhooks: SendWebhook,
    @Inject(LOGGER) private readonly logger: Logger,
    registry: Registry,
  ) {
    this.attempts = new Counter({
      name: 'understudy_deployer_notifications_total',
      help: 'Events for webhooks: delivered, failed (an attempt, which is repeated) or given-up',
      labelNames: ['result'],
      registers: [registry],
    });
  }

  /** Begins with those for whom there may be something, and waits for none of them. @param term its end ends what is under way */
  async round(term: AbortSignal): Promise<void> {
    for (const sink of await this.sinks.due(2 * atOnce)) {
      if (this.busy.size >= atOnce) return;
      const name = `${sink.endpoint} ${sink.address}`;
      if (this.busy.has(name)) continue;
      const told = this.tell(sink, term)
        .catch((error: unknown) => this.logger.warn({ err: error, ...nameOf(sink) }, 'a webhook cannot be told now'))
        .finally(() => this.busy.delete(name));
      this.busy.set(name, told);
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.busy.values());
  }

  private async tell(sink: Sink, term: AbortSignal): Promise<void> {
    const { endpoint, settings } = sink;
    const page = await this.events.after(sink.told, { endpoint, limit: pageSize });
    const wanted = page.filter((event) => isFor(event, settings.on));
    let { attempts } = sink;
    for (const [i, event] of wanted.entries()) {
      const sent = await this.webhooks.send(settings.webhook, event, term);
      if (sent.outcome !== 'delivered' && term.aborted) return;
      if (sent.outcome === 'failed') {
        attempts++;
        const waitMs = backOffMs(attempts, Math.random(), sent.waitMs);
        return this.wait(sink, wanted.slice(i), { attempts, waitMs, error: sent.error });
      }
      if (sent.outcome === 'refused') await this.giveUp(sink, [event], sent.error);
      else this.attempts.inc({ result: 'delivered' });
      attempts = 0;
      await this.sinks.told(sink, event.id);
    }
    const last = page.at(-1);
    if (last !== undefined) await this.sinks.told(sink, last.id);
  }

  /** Tries again later; what has become too old meanwhile is left out then. */
  private async wait(
    sink: Sink,
    events: readonly EndpointEvent[],
    failure: { attempts: number; waitMs: number; error: string },
  ): Promise<void> {
    this.attempts.inc({ result: 'failed' });
    this.logger.info({ ...nameOf(sink), ...failure }, 'a webhook failed; it is tried again');
    const oldest = Date.now() - givenUpAfterMs;
    const late = events.filter(({ at }) => Date.parse(at) <= oldest);
    if (late.length > 0) await this.giveUp(sink, late, failure.error);
    await this.sinks.failed(sink, { ...failure, upTo: late.at(-1)?.id ?? 0 });
  }

  /** Says so in the endpoint's history. */
  private async giveUp(sink: Sink, events: readonly EndpointEvent[], error: string): Promise<void> {
    this.attempts.inc({ result: 'given-up' }, events.length);
    const detail = { address: sink.address, events: events.map(({ id }) => id) };
    this.logger.warn({ ...nameOf(sink), ...detail, error }, 'events were not delivered, and are given up');
    const event = { endpoint: sink.endpoint, rollout: null, type: givenUp, actor: 'deployer', reason: error, detail };
    await this.database.transaction((client) => writeEvent(client, event));
  }
}

const nameOf = ({ endpoint, address }: Sink): Pick<Sink, 'endpoint' | 'address'> => ({ endpoint, address });
