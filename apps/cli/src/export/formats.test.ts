import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { ExportedColumn } from '#contracts';
import type { ExportedLog } from './exported-log.js';
import { formats } from './formats.js';

const columns: ExportedColumn[] = [
  { name: 'request_id', type: 'text' },
  { name: 'requested_at', type: 'time' },
  { name: 'answer', type: 'json' },
  { name: 'reward', type: 'number' },
  { name: 'late', type: 'boolean' },
  { name: 'epoch', type: 'integer' },
];
const row = (n: number) => ({
  request_id: `"r", ${n}\n`,
  requested_at: '2026-02-01T10:00:03.123+00:00',
  answer: n % 2 === 0 ? [n, 'ü'] : 'text',
  reward: n === 0 ? null : n / 3,
  late: n === 0 ? null : n % 2 === 0,
  epoch: 7,
});

const logOf = (rows: number, onRow: (n: number) => void = () => undefined): ExportedLog => ({
  columns,
  lines: (async function* () {
    for (let n = 0; n < rows; n++) {
      onRow(n);
      yield await Promise.resolve(JSON.stringify(row(n)));
    }
  })(),
});

async function bytesOf(format: string, log: ExportedLog): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of formats[format]!(log)) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

async function readParquet(bytes: Buffer): Promise<Record<string, unknown>[]> {
  const file = new Uint8Array(bytes).buffer;
  return parquetReadObjects({ file });
}

describe('an export', () => {
  it('as JSON lines is as it came', async () => {
    const text = (await bytesOf('jsonl', logOf(3))).toString();
    expect(text.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([row(0), row(1), row(2)]); // prettier-ignore
  });

  it('as CSV has a header, a field for each column, JSON as JSON and nothing as nothing', async () => {
    const rows = parse(await bytesOf('csv', logOf(2)), { columns: true });
    expect(rows).toEqual([
      { request_id: '"r", 0\n', requested_at: row(0).requested_at, answer: '[0,"ü"]', reward: '', late: '', epoch: '7' },
      { request_id: '"r", 1\n', requested_at: row(0).requested_at, answer: '"text"', reward: String(1 / 3), late: 'false', epoch: '7' },
    ]); // prettier-ignore
  });

  it('as Parquet keeps the types, over several row groups', async () => {
    const rows = await readParquet(await bytesOf('parquet', logOf(25_000)));
    expect(rows).toHaveLength(25_000);
    expect(rows[0]).toEqual({ ...row(0), requested_at: new Date(row(0).requested_at), epoch: 7n });
    expect(rows[24_999]).toEqual({ ...row(24_999), requested_at: new Date(row(0).requested_at), epoch: 7n });
  });

  it.each(['csv', 'parquet', 'jsonl'])('of nothing is a good %s file', async (format) => {
    const bytes = await bytesOf(format, logOf(0));
    if (format === 'parquet') expect(await readParquet(bytes)).toEqual([]);
    else expect(bytes.toString()).toBe(format === 'csv' ? `${columns.map(({ name }) => name).join(',')}\n` : '');
  });

  it.each(['csv', 'parquet', 'jsonl'])('as %s is read no further ahead than a few thousand rows', async (format) => {
    let read = 0;
    for await (const chunk of formats[format]!(logOf(100_000, (n) => (read = n)))) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(read).toBeLessThan(20_000);
  });

  it.each(['csv', 'parquet', 'jsonl'])('as %s fails where the log breaks off', async (format) => {
    const broken = logOf(20, (n) => {
      if (n === 10) throw new Error('broke off');
    });
    await expect(bytesOf(format, broken)).rejects.toThrow('broke off');
  });
});
