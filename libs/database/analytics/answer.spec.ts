import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementOf, extractAnswers, sameLabel, ScoringError } from '#scoring';
import { useDatabase } from '../testing/use-database.js';

const { database } = useDatabase();

const one = async (sql: string, values: readonly unknown[]): Promise<unknown> =>
  (await database().pool.query<{ found: unknown }>(`SELECT ${sql} AS found`, [...values])).rows[0]?.found;
// `undefined`, a value that a row does not have, is null.
const json = (value: unknown): string => JSON.stringify([value]).slice(1, -1);

/** What scoring finds; null where it names an error. */
function unlessUnfit<Value>(find: () => Value): Value | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof ScoringError) return null;
    throw error;
  }
}

describe('analytics.answer', () => {
  const tensor = (name: string, datatype: string, shape: number[], data: unknown[]) => ({ name, datatype, shape, data }); // prettier-ignore
  const label = tensor('label', 'INT64', [2], [3, 7]);
  const probabilities = tensor('probabilities', 'FP32', [2, 3], [0.1, 0.2, 0.7, 0.8, 0.1, 0.1]);
  it.each<[unknown, string?]>([
    [{ outputs: [probabilities, label] }],
    [{ outputs: [label, probabilities] }, 'probabilities'],
    [{ outputs: [probabilities] }],
    [{ outputs: [tensor('n', 'INT64', [2], [1, 1]), probabilities] }],
    [{ outputs: [tensor('y', 'BYTES', [2], ['cat', 'dog'])] }],
    [{ outputs: [tensor('boxes', 'INT32', [1, 3], [4, 5, 6])] }],
    [{ outputs: [tensor('y', 'FP32', [2, 1], [[1.5], [2.5]])] }],
    [{ predictions: [3, 7] }],
    [{ predictions: [3, 7] }, 'label'],
    [{ predictions: [{ label: 3, probabilities: [0.5, 0.5] }] }],
    [{ predictions: [{ label: 3, other: 9 }] }, 'other'],
    [{ predictions: [{ n: 3, scores: [0.1, 0.9] }] }],
    [{ predictions: [[0.1, 0.9]] }],
  ])('finds in %j with output %s what scoring finds', async (response, output) => {
    const { rows } = await database().pool.query('SELECT analytics.answer($1::jsonb, $2) AS answer', [
      response,
      output,
    ]);
    expect(rows).toEqual([{ answer: extractAnswers(response, 'value', output) }]);
  });

  const names = fc.constantFrom('label', 'scores', 'boxes', 'a/b');
  const leaf = fc.oneof(fc.integer({ min: -2, max: 3 }), fc.constantFrom(0.1, 0.25, 0.9), fc.constantFrom('cat', '3'), fc.boolean(), fc.constant(null)); // prettier-ignore
  const numbers = fc.array(fc.constantFrom(0.1, 0.25, 0.9, 2), { maxLength: 4 });
  const value = fc.oneof(leaf, numbers, fc.array(fc.oneof(leaf, numbers), { maxLength: 3 }));
  /** Mostly tensors whose data fill their shape, flat or nested. */
  const tensorOf = fc
    .record({
      name: names,
      datatype: fc.constantFrom('FP32', 'FP64', 'INT64', 'BYTES'),
      shape: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
      leaves: fc.infiniteStream(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0.1, 0.25, 0.9, 2) }, leaf)),
      isNested: fc.boolean(),
      odd: fc.constantFrom(0, 0, 0, 0, 1),
    })
    .map(({ leaves, isNested, odd, ...of }) => {
      const size = of.shape.reduce((product, extent) => product * extent, 1) + odd;
      const flat = Array.from({ length: size }, () => leaves.next().value as unknown);
      const width = of.shape.at(-1) ?? 1;
      const isCut = isNested && of.shape.length > 1 && width > 0;
      const data = isCut ? Array.from({ length: Math.ceil(size / width) }, (_, row) => flat.slice(row * width, (row + 1) * width)) : flat; // prettier-ignore
      return { ...of, data };
    });
  const reply = fc.oneof(
    fc.record({ outputs: fc.array(tensorOf, { maxLength: 3 }) }),
    fc.record({ predictions: fc.array(value, { maxLength: 3 }) }),
    fc.record({ predictions: fc.array(fc.dictionary(names, value, { maxKeys: 3 }), { maxLength: 3 }) }),
    fc.record({ predictions: fc.array(fc.record({ label: value, scores: numbers }), { maxLength: 3 }) }),
    fc.record({ result: fc.dictionary(names, value) }),
  );
  const pointer = fc.constantFrom(
    '/predictions', '/predictions/*', '/predictions/*/label', '/predictions/0/scores', '/predictions/1', '/predictions/01',
    '/outputs/0/data', '/outputs/*/data/0', '/outputs/0/name', '/result/a~1b', '/result', '/', '/nowhere',
  ); // prettier-ignore
  const where = fc.oneof(names, pointer);
  const declared = fc.oneof(fc.constant(undefined), where, where.map((inner) => `argmax(${inner})`)); // prettier-ignore

  it('finds in any reply, wherever it is declared to be, what scoring finds', async () => {
    await fc.assert(
      fc.asyncProperty(reply, declared, async (response, output) => {
        // As the log gives it back: jsonb has an order of its own for the fields of an object.
        const logged = await one('$1::jsonb', [json(response)]);
        const expected = unlessUnfit(() => extractAnswers(logged, 'value', output));
        expect(await one('analytics.answer($1::jsonb, $2)', [json(response), output])).toEqual(JSON.parse(json(expected)));
      }),
      { numRuns: 1_000 },
    );
  }); // prettier-ignore

  it('is null for what is no reply', async () => {
    const { rows } = await database().pool.query(
      `SELECT analytics.answer(r) AS answer FROM unnest('{"{}",null,"[]","{\\"outputs\\":[{\\"shape\\":1}]}","3"}'::jsonb[]) AS r`,
    );
    expect(rows).toEqual(rows.map(() => ({ answer: null })));
  });
});

describe('analytics.same_labels', () => {
  const label = fc.constantFrom<unknown>(
    0,
    1,
    3,
    2.5,
    '3',
    ' 3.0 ',
    '2.5',
    '1e0',
    'true',
    'false',
    '',
    'cat',
    true,
    false,
  );
  const row = fc.oneof(label, fc.array(label, { maxLength: 3 }));

  it('says of a label and a truth what scoring says', async () => {
    await fc.assert(
      fc.asyncProperty(row, row, async (truth, answer) => {
        expect(await one('analytics.same_label($1::jsonb, $2::jsonb)', [json(truth), json(answer)])).toBe(sameLabel(truth, answer)); // prettier-ignore
      }),
      { numRuns: 300 },
    );
  });

  it('says of two versions’ answers whether all rows agree', async () => {
    const rows = fc.array(row, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(rows, rows, async (a, b) => {
        const given = (predictions: unknown[]) => ({ response: { answers: predictions }, output: '/answers/*' });
        const compared = agreementOf(given(a), given(b));
        const agree = await one('CASE WHEN jsonb_array_length($1::jsonb) = jsonb_array_length($2::jsonb) THEN analytics.same_labels($1::jsonb, $2::jsonb) END', [json(a), json(b)]); // prettier-ignore
        expect(agree).toBe(compared === null ? null : compared.agreed === 1);
      }),
      { numRuns: 300 },
    );
  });

  it('takes one truth for a request of one row, and a list for one of several', async () => {
    const said = (answers: unknown, truth: unknown) => one('analytics.same_labels($1::jsonb, $2::jsonb)', [json(answers), json(truth)]); // prettier-ignore
    expect(await said([3], '3')).toBe(true);
    expect(await said([3], [3])).toBe(true);
    expect(await said([[1, 2]], [1, 2])).toBe(true);
    expect(await said([3, 4], [3, '4'])).toBe(true);
    expect(await said([3, 3], 3)).toBe(false);
  });
});
