/** What will be known later, by the look at which it will. */
export class TruthQueue {
  private readonly due: ((() => void)[] | undefined)[] = [];

  at(look: number, apply: () => void): void {
    (this.due[look] ??= []).push(apply);
  }

  /** Lets everything happen that is due at this look. */
  release(look: number): void {
    for (const apply of this.due[look] ?? []) apply();
    this.due[look] = undefined;
  }
}
