/** Wakes a loop, such as the leader's: something of an endpoint, or of all, may have changed. */
export class Bell {
  private names = new Set<string>();
  private all = false;
  private wake: (() => void) | undefined;

  /** @param name absent: all endpoints */
  ring(name?: string): void {
    if (name === undefined || name === '') this.all = true;
    else this.names.add(name);
    this.wake?.();
  }

  /** Resolves at the first ring, at once where there was one since `take`, or when the signal is aborted. */
  async rung(signal: AbortSignal): Promise<void> {
    if (this.all || this.names.size > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.wake = undefined;
        resolve();
      };
      this.wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Which endpoints it was rung for; undefined for all. */
  take(): string[] | undefined {
    const names = this.all ? undefined : [...this.names];
    this.all = false;
    this.names = new Set();
    return names;
  }
}
