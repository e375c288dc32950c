import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recountArms } from '#testing';
import { recount } from '../audit/audit.js';
import { JoiningHarness } from '../testing/joining-harness.js';
import { insertTruth, recordRow, type TestRow, type TestTruth } from '../testing/log-writer.js';

let harness: JoiningHarness;
const minute = 60_000;

beforeAll(async () => {
  harness = await JoiningHarness.open();
});
afterAll(() => harness.close());

describe('in any order', () => {
  type Event =
    | { readonly kind: 'row'; readonly row: Omit<TestRow, 'endpoint'> }
    | { readonly kind: 'truth'; readonly truth: Omit<TestTruth, 'endpoint'> }
    | { readonly kind: 'join' | 'joins' | 'close' };

  const base = Date.now() - 30 * minute;
  const request = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    offset: fc.constantFrom(0, 12, 25),
    step: fc.constantFrom(0, 1),
    version: fc.constantFrom('v1', 'v2'),
    status: fc.constantFrom('ok' as const, 'ok' as const, 'error' as const),
    answer: fc.constantFrom(3, 4, [1, 2]),
    pinned: fc.constantFrom(false, false, false, true),
    routingKey: fc.constantFrom(null, 'ann', 'bob'),
    features: fc.constantFrom(undefined, [1, 0], [0, 1]),
    totalMs: fc.constantFrom(null, 4, 30, 2_000),
    modelMs: fc.constantFrom(1, 25),
    copies: fc.subarray(['shadow:v2', 'shadow:v3', 'fallback']),
    copyAnswer: fc.constantFrom(3, 4),
  });
  const truth = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'unknown'),
    truth: fc.constantFrom(3, 4, 'three', { no: 'label' }),
    // Within the window of some requests and after that of others.
    at: fc.constantFrom(1, 5, 11, 20, 29),
    part: fc.constantFrom('', 'click', 'purchase'),
  });

  type Request = typeof request extends fc.Arbitrary<infer Drawn> ? Drawn : never;
  type Truth = typeof truth extends fc.Arbitrary<infer Drawn> ? Drawn : never;

  function eventsOf(requests: readonly Request[], truths: readonly Truth[]): Event[] {
    const byId = new Map(requests.map((one) => [one.id, one]));
    const rows = [...byId.values()].flatMap(({ copies, copyAnswer, offset, ...of }): Event[] => {
      const common = { ...of, requestedAt: base + offset * minute };
      const primary = { ...common, slot: 'primary', role: 'primary' } as const;
      const others = copies.map((slot) => {
        const role = slot === 'fallback' ? ('fallback' as const) : ('shadow' as const);
        const version = role === 'fallback' ? 'v1' : slot.slice('shadow:'.length);
        return { ...common, slot, role, version, status: 'ok' as const, answer: copyAnswer };
      });
      return [primary, ...others].map((row) => ({ kind: 'row', row }));
    });
    return [
      ...rows,
      ...truths.map(({ at, ...of }): Event => ({ kind: 'truth', truth: { ...of, at: base + at * minute } })),
    ];
  }

  async function play(endpoint: string, events: readonly Event[]): Promise<void> {
    for (const event of events) {
      if (event.kind === 'row') await recordRow(harness.pool, { endpoint, ...event.row });
      else if (event.kind === 'truth') await insertTruth(harness.pool, { endpoint, ...event.truth });
      else if (event.kind === 'close') await harness.closeWindows();
      else if (event.kind === 'join') await harness.joinOnce();
      else await Promise.all([harness.joinOnce(), harness.joinOnce(), harness.closeWindows()]);
    }
    await harness.closeWindows();
    // Nobody is waited for after a third look, since all windows have passed by then.
    for (let look = 0; look < 4; look++) await harness.joinAll();
  }

  const truthSpecs = [
    { window: '10m' },
    { window: '10m', missing: 'default', default: 0.5 },
    { window: '10m', metric: 'squared-error', onError: 9 },
    { window: '10m', metric: 'squared-error', combine: 'sum' },
    { window: '10m', missing: 'default', default: 0, metric: 'reward', combine: 'sum' },
    { window: '10m', metric: 'f-beta', options: { positive: 3 } },
  ];

  it('the outcomes are the same, and a recount finds no difference', async () => {
    const scenario = fc.record({
      requests: fc.array(request, { minLength: 1, maxLength: 6 }),
      truths: fc.array(truth, { maxLength: 10 }),
      spec: fc.constantFrom(...truthSpecs),
      assignment: fc.constantFrom('request' as const, 'key' as const),
      baseline: fc.boolean(),
      order: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })),
      work: fc.array(fc.constantFrom('join' as const, 'joins' as const, 'close' as const), { maxLength: 8 }),
      repeats: fc.subarray([0, 1, 2, 3, 4, 5]),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ requests, truths, spec, assignment, baseline, order, work, repeats }) => {
        // Of truths with equal times the last to arrive wins: with distinct ones the order must not matter.
        const distinct = [...new Map(truths.map((one) => [`${one.id}/${one.at}`, one])).values()];
        const inOrder = eventsOf(requests, distinct);
        const again = repeats.flatMap((index) => inOrder[index] ?? []);
        const shuffled = [...inOrder, ...again, ...work.map((kind): Event => ({ kind }))]
          .map((event) => ({ event, place: Number(order.next().value) }))
          .sort((a, b) => a.place - b.place)
          .map(({ event }) => event);
        const [plain, mixed] = [
          await harness.endpoint({ bucketMs: 10 * minute, truth: spec, assignment, baseline, steps: 2 }),
          await harness.endpoint({ bucketMs: 10 * minute, truth: spec, assignment, baseline, steps: 2 }),
        ];
        await play(plain, inOrder);
        await play(mixed, shuffled);

        expect(await harness.outcomes(mixed)).toEqual(await harness.outcomes(plain));
        expect(await harness.scoringErrors(mixed)).toEqual(await harness.scoringErrors(plain));
        expect(await harness.unmatched(mixed)).toEqual(await harness.unmatched(plain));
        const roundedValue = (value: unknown) => (typeof value === 'number' ? Number(value.toFixed(9)) : value);
        const rounded = (rows: Record<string, unknown>[]) =>
          rows
            .filter((row) => row['requests'] !== 0)
            .map((row) => Object.entries(row).map(([name, value]) => [name, roundedValue(value)]));
        expect(rounded(await harness.arms(mixed))).toEqual(rounded(await harness.arms(plain)));
        for (const endpoint of [plain, mixed]) {
          expect(await recount(harness.pool, endpoint)).toEqual([]);
          if (assignment === 'request' && !baseline) expect(await recountArms(harness.pool, endpoint)).toEqual([]);
        }
      }),
      // On a machine that is busy with other tests fewer orders are tried.
      { numRuns: 100, interruptAfterTimeLimit: 40_000 },
    );
  }, 180_000);
});
