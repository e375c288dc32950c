import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from './read-rows.js';
import { truthOfRow, type TruthColumns } from './truth-of-row.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

const usual: TruthColumns = { id: 'id', truth: 'truth', reward: 'reward', at: 'at', part: 'part', endpoint: 'digits' };
async function truthsIn(name: string, content: string | Uint8Array, columns: Partial<TruthColumns> = {}) {
  const file = join(folder, name);
  await writeFile(file, content);
  const truths: unknown[] = [];
  for await (const read of readRows(file, undefined)) {
    if ('problem' in read) {
      truths.push(`${read.place}: ${read.problem}`);
      continue;
    }
    const { endpoint, body } = truthOfRow(read.row, { ...usual, ...columns });
    truths.push([endpoint, body]);
  }
  return truths;
}

describe('a file of truths', () => {
  it('may be CSV, of text and of JSON, with quotes, a mark and empty cells', async () => {
    const csv =
      '\uFEFFid,truth,reward,at,part\r\na,8,,2026-01-31T12:00:00Z,\r\n"b,1","[1, 2]",,,\r\nc,,0.5,1700000000000,click\r\nd,cat,,,\r\n';
    expect(await truthsIn('t.csv', csv, { defaultAt: '2026-02-01T00:00:00Z' })).toEqual([
      ['digits', { id: 'a', truth: 8, at: '2026-01-31T12:00:00Z' }],
      ['digits', { id: 'b,1', truth: [1, 2], at: '2026-02-01T00:00:00Z' }],
      ['digits', { id: 'c', reward: 0.5, at: 1_700_000_000_000, part: 'click' }],
      ['digits', { id: 'd', truth: 'cat', at: '2026-02-01T00:00:00Z' }],
    ]);
  });

  it('may be JSON lines, with columns of other names and the endpoint in each', async () => {
    const lines = '{"endpoint": "fraud", "request": 17, "label": true}\n\n{"request": "x", "label": {"a": 1}}\n';
    expect(await truthsIn('t.jsonl', lines, { id: 'request', truth: 'label' })).toEqual([
      ['fraud', { id: '17', truth: true }],
      ['digits', { id: 'x', truth: { a: 1 } }],
    ]);
  });

  it('may be Parquet, with integers and times as they are there', async () => {
    const parquet = parquetWriteBuffer({
      rowGroupSize: 2,
      columnData: [
        { name: 'id', data: ['a', 'b', 'c'], type: 'STRING' },
        { name: 'truth', data: [8n, 3n, 5n], type: 'INT64' },
        { name: 'at', data: [new Date(0), new Date(1), new Date(2)], type: 'TIMESTAMP' },
      ],
    });
    expect(await truthsIn('t.parquet', new Uint8Array(parquet))).toEqual([
      ['digits', { id: 'a', truth: 8, at: '1970-01-01T00:00:00.000Z' }],
      ['digits', { id: 'b', truth: 3, at: '1970-01-01T00:00:00.001Z' }],
      ['digits', { id: 'c', truth: 5, at: '1970-01-01T00:00:00.002Z' }],
    ]);
  });

  it('names rows that are malformed by their line, and goes on', async () => {
    const read = ['digits', { id: 'b', truth: 2 }];
    expect(await truthsIn('t.jsonl', '{oops\n\n[1]\n{"id": "b", "truth": 2}\n7')).toEqual([
      expect.stringMatching(/^line 1: not JSON: /),
      'line 3: expected an object',
      read,
      'line 5: expected an object',
    ]);
    expect(await truthsIn('t.csv', 'id,truth\na\n\nb,2\n"c\nd",3,4\n')).toEqual([
      'line 2: 1 fields; the header line has 2',
      read,
      'line 6: 3 fields; the header line has 2',
    ]);
  });

  it('says which column is wrong', async () => {
    await expect(truthsIn('t.csv', 'request,truth\na,1\n')).rejects.toThrow(/no column "id"; there are request, truth/);
    await expect(truthsIn('t.csv', 'id,label\na,1\n')).rejects.toThrow(/neither "truth" nor "reward" in the row of a/);
    await expect(truthsIn('t.csv', 'id,truth\na,1\n', { endpoint: undefined })).rejects.toThrow(/give --endpoint/);
    await expect(truthsIn('t.txt', 'x')).rejects.toThrow(/what is in it\? Give --format/);
  });
});
