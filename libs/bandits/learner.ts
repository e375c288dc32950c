import type { ArmStatistics } from './arm-statistics.js';
import type { Memory } from './policy.js';

interface Reward {
  readonly at: number;
  readonly reward: number;
}

/** What a simulated learner knows of one arm; forgetting policies get one bucket that holds what they would sum up from many. */
export class SimulatedArm {
  private n = 0;
  private sum = 0;
  private sumSquares = 0;
  private recentN = 0;
  private recentSum = 0;
  private recentSquares = 0;
  private updatedAt = 0;
  private window: Reward[] = [];
  private oldest = 0;

  constructor(
    private readonly version: string,
    private readonly memory: Memory,
  ) {}

  /** Forgets everything: another arm has taken this one's place. */
  reset(): void {
    this.n = this.sum = this.sumSquares = 0;
    this.recentN = this.recentSum = this.recentSquares = 0;
    this.window = [];
    this.oldest = 0;
  }

  add(reward: number, at: number): void {
    this.n++;
    this.sum += reward;
    this.sumSquares += reward * reward;
    if (this.memory.kind === 'everything') return;
    this.age(at);
    this.recentN++;
    this.recentSum += reward;
    this.recentSquares += reward * reward;
    if (this.memory.kind === 'window') this.window.push({ at, reward });
  }

  statistics(now: number): ArmStatistics {
    const { version, n, sum, sumSquares } = this;
    if (this.memory.kind === 'everything') return { version, n, sum, sumSquares };
    this.age(now);
    const recent = { from: now, n: this.recentN, sum: this.recentSum, sumSquares: this.recentSquares };
    return { version, n, sum, sumSquares, buckets: [recent] };
  }

  private age(now: number): void {
    const { memory } = this;
    if (memory.kind === 'exponential') {
      const factor = 2 ** ((this.updatedAt - now) / memory.halfLife);
      this.recentN *= factor;
      this.recentSum *= factor;
      this.recentSquares *= factor;
    } else if (memory.kind === 'window') {
      let first = this.window[this.oldest];
      while (first !== undefined && now - first.at >= memory.length) {
        this.recentN--;
        this.recentSum -= first.reward;
        this.recentSquares -= first.reward * first.reward;
        first = this.window[++this.oldest];
      }
    }
    this.updatedAt = now;
  }
}
