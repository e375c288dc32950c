import { Inject, Injectable } from '@nestjs/common';
import type { EndpointEvent, WebhookSpec } from '#contracts';
import { DEPLOYER_CONFIG, type DeployerConfig } from '../config.js';
import { isAllowed } from './allowed-hosts.js';
import { bodyOf } from './message.js';
import { Secrets } from './secrets.js';
import { keysOf, SecretError, signedHeaders } from './sign.js';

const timeoutMs = 10_000;
/** The same bytes would be refused again. */
const refusals: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** What became of an attempt. */
export type Sent =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'refused' | 'failed'; readonly error: string; readonly waitMs?: number };

/** Where a webhook goes, and what its deliveries are signed with. */
interface Target {
  readonly address: URL;
  readonly keys: readonly Buffer[];
}

/** Sends one event to one webhook, once. */
@Injectable()
export class SendWebhook {
  constructor(
    @Inject(DEPLOYER_CONFIG) private readonly config: Pick<DeployerConfig, 'WEBHOOK_ALLOWED_HOSTS'>,
    private readonly secrets: Secrets,
  ) {}

  /**
   * Finds out where a webhook goes.
   * @throws SecretError where a secret is missing, or the address is not to be used
   */
  async target({ url, urlFrom, secretFrom }: WebhookSpec): Promise<Target> {
    const text = url ?? (await this.secrets.read(urlFrom ?? {}));
    const address = URL.parse(text);
    if (address === null) throw new SecretError('what "urlFrom" leads to is no address');
    if (!isAllowed(address, this.config.WEBHOOK_ALLOWED_HOSTS))
      throw new SecretError(
        `webhooks may not go to ${address.origin}; expected one of the deployer's WEBHOOK_ALLOWED_HOSTS (${this.config.WEBHOOK_ALLOWED_HOSTS.join(', ') || 'none'})`,
      );
    return { address, keys: secretFrom === undefined ? [] : keysOf(await this.secrets.read(secretFrom)) };
  }

  /** Never throws. @param signal ends the attempt */
  async send(webhook: WebhookSpec, event: EndpointEvent, signal: AbortSignal): Promise<Sent> {
    try {
      const { address, keys } = await this.target(webhook);
      const body = bodyOf(event, webhook.format);
      const delivery = { id: String(event.id), timestamp: Math.floor(Date.now() / 1_000), body };
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'understudy', ...signedHeaders(delivery, keys) },
        body,
        // A redirect could lead to a host that is not allowed.
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      // What they say is of no interest, and its end would be waited for.
      await response.body?.cancel();
      if (response.ok) return { outcome: 'delivered' };
      const error = `answered ${response.status}`;
      if (refusals.has(response.status)) return { outcome: 'refused', error };
      return { outcome: 'failed', error, waitMs: 1_000 * (Number(response.headers.get('retry-after')) || 0) };
    } catch (error) {
      return { outcome: 'failed', error: inWords(error) };
    }
  }
}

/** `fetch` says what went wrong in the cause of its error. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1_000} s`;
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
