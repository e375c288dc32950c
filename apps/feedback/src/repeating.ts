/**
 * Does something again and again, one time after the other: at once when woken or while there is more to do, else after a pause.
 */
export class Repeating {
  private running: Promise<void> | undefined;
  private stopped = false;
  private woken = false;
  private endPause: (() => void) | undefined;

  /**
   * @param turn does a piece of work and says whether there is more; must not reject
   * @param pauseMs between two turns without more to do
   */
  constructor(
    private readonly turn: () => Promise<boolean>,
    private readonly pauseMs: number,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** There may be work: the next turn comes without a pause. */
  wake(): void {
    this.woken = true;
    this.endPause?.();
  }

  /** Resolves when the turn under way has ended; there is none after it. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.endPause?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.woken = false;
      const more = await this.turn();
      if (!more && !this.wasWoken()) await this.pause();
    }
  }

  private wasWoken(): boolean {
    return this.woken;
  }

  private async pause(): Promise<void> {
    if (this.stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.pauseMs);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endPause = undefined;
  }
}
