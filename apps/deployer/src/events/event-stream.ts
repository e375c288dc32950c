import { Readable } from 'node:stream';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { EndpointEvent } from '#contracts';
import { HttpProblem } from '../api/http-problem.js';
import { Bell } from '../bell.js';
import { EventsRepository } from './events.repository.js';

const followersAtMost = 100;
/** Each follower keeps a page at most, and is read on from there once it has taken it. */
const pageSize = 200;
/** A sign of life, and a look of its own, in case the connection that listens was away. */
const heartbeatMs = 10_000;
/** What a client waits before it comes back, in ms. */
const retryMs = 1_000;

/** What somebody follows. */
export interface Followed {
  /** Absent: all endpoints. */
  readonly endpoint?: string | undefined;
  /** The last id that was seen; absent: only what happens from now on. */
  readonly after?: number | undefined;
}

/** Events as they happen, as server-sent events: each with its id, from which a client that lost its connection goes on. */
@Injectable()
export class EventStream implements OnModuleDestroy {
  private readonly followers = new Map<Bell, string | undefined>();
  private readonly closing = new AbortController();

  constructor(private readonly events: EventsRepository) {}

  /** Whoever follows comes back to another instance. */
  onModuleDestroy(): void {
    this.closing.abort();
  }

  /** Something has happened to an endpoint. */
  ring(endpoint: string): void {
    for (const [bell, followed] of this.followers) if (followed === undefined || followed === endpoint) bell.ring();
  }

  /** @throws HttpProblem 429 where too many follow already */
  async open({ endpoint, after }: Followed): Promise<Readable> {
    if (this.followers.size >= followersAtMost)
      throw new HttpProblem(429, `${followersAtMost} clients follow events already; try again when one has gone`);
    const bell = new Bell();
    const gone = new AbortController();
    this.followers.set(bell, endpoint);
    try {
      const start = after ?? (await this.events.newest());
      const signal = AbortSignal.any([gone.signal, this.closing.signal]);
      const frames = this.frames(start, endpoint, bell, signal);
      // Not Readable.from: it would wait for the frame in hand before it tells that the client has gone.
      return new Readable({
        read() {
          frames.next().then(
            ({ done, value }) => this.push(done === true ? null : value),
            (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
          );
        },
        destroy: (error, callback) => {
          this.followers.delete(bell);
          gone.abort();
          callback(error);
        },
      });
    } catch (error) {
      this.followers.delete(bell);
      throw error;
    }
  }

  private async *frames(
    start: number,
    endpoint: string | undefined,
    bell: Bell,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    // With its place told before anything happened, a client that loses its connection then misses nothing either.
    yield `id: ${start}\nretry: ${retryMs}\n\n`;
    let seen = start;
    while (!signal.aborted) {
      bell.take();
      const events = await this.events.after(seen, { endpoint, limit: pageSize });
      seen = events.at(-1)?.id ?? seen;
      yield events.length === 0 ? ': alive\n\n' : events.map(frame).join('');
      if (events.length === pageSize) continue;
      await bell.rung(AbortSignal.any([signal, AbortSignal.timeout(heartbeatMs)]));
    }
  }
}

const frame = (event: EndpointEvent): string => `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
