/** One act of the demo: a strategy put in place, and what ends the act. */
export interface Act {
  readonly title: string;
  /** What to watch for, in one sentence. */
  readonly about: string;
  readonly strategy: Readonly<Record<string, unknown>>;
  /** Shortest and longest stay, in seconds. */
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** The rollout's end (`succeeded`, `failed`), or for an endless strategy a verdict. */
  readonly until: (view: { status: string; outcome: string | null }) => boolean;
  /** What should have come of it; checked against Postgres at the end. */
  readonly expected: { readonly status?: string; readonly champion: string };
}

const ended = ({ status }: { status: string }) => status === 'succeeded' || status === 'failed';

/** v1 is weak (.835), v2 clearly better (.971), v3 broken (.001): see README.md beside this file. */
export const acts: readonly Act[] = [
  {
    title: 'single: v1 alone',
    about: 'Every request is answered by v1; its truth arrives 1 to 5 seconds later.',
    strategy: { single: { version: 'v1' } },
    minSeconds: 12,
    maxSeconds: 20,
    until: () => true,
    expected: { champion: 'v1' },
  },
  {
    title: 'silent: v2 and v3 see every request in the wings',
    about: 'v1 still answers; one truth scores all three on the very same requests.',
    strategy: {
      silent: {
        champion: 'v1',
        shadows: [
          { version: 'v2', fraction: 1 },
          { version: 'v3', fraction: 1 },
        ],
        minSamples: 300,
      },
    },
    minSeconds: 15,
    maxSeconds: 40,
    until: ({ outcome }) => outcome !== null && outcome !== 'hold' && outcome !== 'steady',
    expected: { champion: 'v1' },
  },
  {
    title: 'canary: v2 climbs 5 → 25 → 50 → 100 %',
    about: 'Each step is held until the truth shows that v2 is no worse than v1 by the margin.',
    strategy: {
      canary: {
        champion: 'v1', candidate: 'v2', steps: [5, 25, 50], interval: '4s', minSamples: 100, margin: 0.02, onSuccess: 'promote',
      },
    }, // prettier-ignore
    minSeconds: 5,
    maxSeconds: 80,
    until: ended,
    expected: { status: 'succeeded', champion: 'v2' },
  },
  {
    title: 'canary: v3 is tried against v2, and rolled back',
    about: 'The truth says that v3 is worse: the canary ends by itself, after a handful of requests.',
    strategy: {
      canary: {
        champion: 'v2', candidate: 'v3', steps: [5, 25, 50], interval: '4s', minSamples: 100, margin: 0.02, onSuccess: 'promote',
      },
    }, // prettier-ignore
    minSeconds: 5,
    maxSeconds: 50,
    until: ended,
    expected: { status: 'failed', champion: 'v2' },
  },
  {
    title: 'bandit: v1, v2 and v3 earn their share',
    about: 'Shares follow the probability of being best, until one version is confirmed and has it all.',
    strategy: { bandit: { arms: ['v1', 'v2', 'v3'], policy: 'thompson', floor: 0.05, cadence: '2s', burnIn: 50 } },
    minSeconds: 5,
    maxSeconds: 80,
    until: ended,
    expected: { status: 'succeeded', champion: 'v2' },
  },
];
