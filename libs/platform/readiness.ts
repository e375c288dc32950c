/** True: ready; else what it waits for, in words. */
export type ReadinessCheck = () => boolean | string;

/** What has to hold before `/health/ready` says 200; parts of the service add their checks. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  /** Checks are called at each look: they only look up what is known already. A name that is there is replaced. */
  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Empty when ready. */
  waitsFor(): string[] {
    const waits: string[] = [];
    for (const [name, check] of this.checks) {
      const result = check();
      if (result !== true) waits.push(result === false ? name : `${name}: ${result}`);
    }
    return waits;
  }

  get ready(): boolean {
    for (const check of this.checks.values()) if (check() !== true) return false;
    return true;
  }
}
