/** What of kafkajs's queue of requests on one connection is needed here. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

export type RequestQueueClass = new (options: object) => RequestQueue;

/**
 * kafkajs's `network/requestQueue`, which looks at each connection's queue once a millisecond for ever, though nothing waits there
 * (https://github.com/tulios/kafkajs/issues/1704): idle, our services spent a tenth of a core on it. A request waits only
 * while the broker throttles us or while too many are under way; the end of one of those looks at the queue by itself.
 */
export function idleRequestQueue(Original: RequestQueueClass): RequestQueueClass {
  return class extends Original {
    override scheduleCheckPendingRequests(): void {
      if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
      this.throttleCheckTimeoutId = setTimeout(
        () => {
          this.throttleCheckTimeoutId = null;
          this.checkPendingRequests();
        },
        Math.max(10, this.throttledUntil - Date.now()),
      );
    }
  };
}
