import { describe, expect, it } from 'vitest';
import { CoalescingWriter } from './coalescing-writer.js';

const refused = new Error('refused');
const outage = new Error('outage');

/** A writer over a list of transactions; `bad` rows are refused. */
function writerOf(bad: readonly number[] = [], options: { maxRows?: number; hold?: Promise<void> } = {}) {
  const transactions: number[][] = [];
  const written: number[] = [];
  const writer = new CoalescingWriter<number>({
    write: async (rows) => {
      transactions.push([...rows]);
      await options.hold;
      if (rows.some((row) => bad.includes(row))) throw refused;
      if (rows.includes(-1)) throw outage;
      written.push(...rows);
    },
    isRefused: (error) => error === refused,
    maxRows: options.maxRows ?? 100,
    maxBytes: 1_000,
    bytesOf: (row) => Math.abs(row),
    lingerMs: 1,
  });
  return { writer, transactions, written };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('CoalescingWriter', () => {
  it('puts into one transaction what comes while another is under way, in order', async () => {
    let release = (): void => undefined;
    const { writer, transactions } = writerOf([], { hold: new Promise((resolve) => (release = resolve)) });
    const first = writer.write([1]);
    await nextTurn();
    const later = [writer.write([2, 3]), writer.write([4])];
    release();
    expect(await Promise.all([first, ...later])).toEqual([[], [], []]);
    expect(transactions).toEqual([[1], [2, 3, 4]]);
  });

  it('keeps within rows and bytes, and one call together', async () => {
    const { writer, transactions } = writerOf([], { maxRows: 3 });
    await Promise.all([
      writer.write([1, 2]),
      writer.write([3, 4]),
      writer.write([5, 6, 7, 8]),
      writer.write([600]),
      writer.write([500]),
    ]);
    expect(transactions).toEqual([[1, 2], [3, 4], [5, 6, 7, 8], [600], [500]]);
  });

  it('finds the rows that are refused, tells their callers, and writes the others', async () => {
    const { writer, written } = writerOf([3, 6]);
    const results = await Promise.all([writer.write([1, 2]), writer.write([3, 4]), writer.write([5, 6, 7])]);
    expect(results.map((refusals) => refusals.map(({ row }) => row))).toEqual([[], [3], [6]]);
    expect(results[1][0]?.error).toBe(refused);
    expect(written).toEqual([1, 2, 4, 5, 7]);
  });

  it('passes other failures on, and goes on', async () => {
    const { writer, written } = writerOf();
    await expect(writer.write([-1])).rejects.toBe(outage);
    expect(await writer.write([1])).toEqual([]);
    expect(written).toEqual([1]);
  });
});
