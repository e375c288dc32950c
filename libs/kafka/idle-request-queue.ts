import { createRequire } from 'node:module';

/** What of kafkajs's queue of requests on one connection is needed here. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  readonly prototype: RequestQueue;
};

/**
 * kafkajs 2.2.4 looks at each connection's queue once a millisecond for ever, though nothing waits there
 * (https://github.com/tulios/kafkajs/issues/1704): idle, our services spent a tenth of a core on it. A request waits only
 * while the broker throttles us or while too many are under way; the end of one of those looks at the queue by itself.
 */
prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    Math.max(10, this.throttledUntil - Date.now()),
  );
};
