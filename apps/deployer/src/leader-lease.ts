import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { Database, locks } from '#database';
import { LOGGER, Registry, type Logger } from '#platform';
import { Gauge } from 'prom-client';
import { Bell } from './bell.js';
import { DEPLOYER_CONFIG, type DeployerConfig } from './config.js';
import { EventStream } from './events/event-stream.js';
import { changesChannel, eventsChannel } from './store/changes.js';

const lookEveryMs = 1_000;
const silenceMs = 3_000;

/**
 * Leadership by a Postgres advisory lock on a connection of its own: whoever holds it leads, and it is free as soon as that connection ends. The
 * connection also hears what other instances have changed.
 */
@Injectable()
export class LeaderLease implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** Aborted when leadership ends; undefined while another one leads. */
  private term: AbortController | undefined;
  private readonly listeners: ((term: AbortSignal) => void)[] = [];

  constructor(
    @Inject(DEPLOYER_CONFIG) private readonly config: DeployerConfig,
    private readonly database: Database,
    private readonly bell: Bell,
    private readonly events: EventStream,
    @Inject(LOGGER) private readonly logger: Logger,
    registry: Registry,
  ) {
    const leads = (): boolean => this.leads;
    new Gauge({
      name: 'understudy_deployer_leader',
      help: '1 while this instance leads',
      registers: [registry],
      collect() {
        this.set(leads() ? 1 : 0);
      },
    });
  }

  get leads(): boolean {
    return this.term !== undefined;
  }

  /** Called at the beginning of each term, with a signal that is aborted at its end. */
  onTerm(listener: (term: AbortSignal) => void): void {
    this.listeners.push(listener);
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  onModuleDestroy(): Promise<void> {
    return this.stop();
  }

  /** Ends the term, if there is one, and frees the lock. */
  async stop(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    // Who stops before Postgres was ever there waits for it no longer.
    const stopped = once(signal, 'abort');
    await Promise.race([this.database.migrated.catch(() => undefined), stopped]);
    while (!signal.aborted) {
      const client = new pg.Client({
        connectionString: this.config.DATABASE_URL,
        application_name: 'deployer-leader',
        connectionTimeoutMillis: silenceMs,
        query_timeout: silenceMs,
        keepAlive: true,
      });
      client.on('error', () => undefined); // the next look fails and says so
      try {
        await client.connect();
        await this.hold(client, signal);
      } catch (error) {
        if (!this.closing.signal.aborted) this.logger.warn({ err: error }, 'the connection for leadership has ended');
      } finally {
        this.endTerm();
        await client.end().catch(() => undefined);
      }
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Tries to get the lock, and keeps the connection alive, until it fails or the service stops. */
  private async hold(client: pg.Client, signal: AbortSignal): Promise<void> {
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === eventsChannel) this.events.ring(payload);
      else this.bell.ring(payload);
    });
    await client.query(`LISTEN ${changesChannel}; LISTEN ${eventsChannel}`);
    // Frees the lock soon after the host has gone without a word.
    await client.query('SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3');
    while (!signal.aborted) {
      if (this.term === undefined) {
        const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
          locks.deployerLeader,
        ]);
        if (rows[0]?.held === true) this.beginTerm();
      } else {
        await client.query('SELECT 1');
      }
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private beginTerm(): void {
    this.term = new AbortController();
    this.logger.info('leads from now on');
    for (const listener of this.listeners) listener(this.term.signal);
  }

  private endTerm(): void {
    if (this.term === undefined) return;
    this.logger.info('leads no longer');
    this.term.abort();
    this.term = undefined;
  }
}
