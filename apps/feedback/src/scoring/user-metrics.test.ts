import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moduleOptions, score, type ModuleOptions } from '#scoring';
import { UserMetric } from './user-metric.js';
import { UserMetrics } from './user-metrics.js';

let folder: string;
let metrics: UserMetrics;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-metric-'));
  metrics = new UserMetrics([folder]);
});
afterAll(async () => {
  metrics.close();
  await rm(folder, { recursive: true });
});

let files = 0;
const written = async (source: string): Promise<string> => {
  const name = `metric-${files++}.mjs`;
  await writeFile(join(folder, name), source);
  return name;
};

/** Scores an answer of one row by a module with that source. */
async function scored(source: string, truth: unknown, answer: unknown, more: Partial<ModuleOptions> = {}) {
  const options = moduleOptions.parse({ module: await written(source), ...more });
  const metric = await metrics.load('digits', options);
  return () => score({ metric, options, response: { predictions: [answer] }, truth }).reward;
}

describe('a metric of the user’s own', () => {
  it('gives the reward of a row, also as a promise, and has its options', async () => {
    const within =
      'export const score = async ({ truth, answer, options }) => Math.abs(truth - answer) <= options.by ? 1 : 0;';
    expect((await scored(within, 10, 12, { options: { by: 2 } }))()).toBe(1);
    expect((await scored(within, 10, 13, { options: { by: 2 } }))()).toBe(0);
  });

  it.each([
    ['throws', 'export function score() { throw new Error("no such animal") }', /no such animal/, 'truth'],
    ['blames the answer', 'export function score() { const e = new Error("odd"); e.name = "InvalidAnswer"; throw e }', /odd/, 'answer'], // prettier-ignore
    ['gives no number', 'export const score = () => NaN;', /gave null; expected a number/, 'truth'],
    ['leaves its range', 'export const score = () => 2;', /gave 2; expected a number between 0 and 1/, 'truth'],
    ['exports nothing', 'export const scores = 1;', /exports no function "score"/, 'truth'],
    ['cannot be read', 'export const score = (', /cannot be used/, 'truth'],
    ['ends its thread', 'export const score = () => process.exit(1);', /did not answer within/, 'truth'],
  ])('that %s makes an error of its row', async (_, source, message, fault) => {
    const scoring = await scored(source, 1, 1, { kind: 'unit' });
    expect(scoring).toThrow(expect.objectContaining({ fault, message: expect.stringMatching(message) as string }));
  });

  it('that never answers is left alone for a while, then tried again', async () => {
    const path = join(
      folder,
      await written('export const score = ({ truth }) => { while (truth === "hang"); return 1 };'),
    );
    const metric = new UserMetric(path, {}, { loadMs: 5_000, scoreMs: 200, restMs: 0 });
    expect(() => metric.score('hang', 1)).toThrow(/did not answer within 200 ms/);
    expect(metric.score('fine', 1)).toBe(1);
    metric.close();
    const patient = new UserMetric(path, {}, { loadMs: 5_000, scoreMs: 200, restMs: 1e9 });
    expect(() => patient.score('hang', 1)).toThrow(/did not answer/);
    expect(() => patient.score('fine', 1)).toThrow(/did not answer/);
  });

  it('that was uploaded is fetched, and asked for again where it could not be had', async () => {
    const path = join(folder, await written('export const score = ({ truth }) => truth;'));
    let isThere = false;
    const cache = { path: () => (isThere ? Promise.resolve(path) : Promise.reject(new Error('no deployer'))) };
    const fetched = new UserMetrics([], cache, 0);
    const options = moduleOptions.parse({ module: `sha256:${'a'.repeat(64)}/metric.mjs` });
    const row = { options, response: { predictions: [1] }, truth: 0.5 };
    const absent = await fetched.load('digits', options);
    expect(() => score({ metric: absent, ...row })).toThrow(/no deployer/);
    expect(fetched.mayBeThereNow('digits')).toBe(true);
    isThere = true;
    expect(score({ metric: await fetched.load('digits', options), ...row }).reward).toBe(0.5);
    expect(fetched.mayBeThereNow('digits')).toBe(false);
    fetched.close();
  });

  it('outside of ARTIFACT_ROOTS is not run', async () => {
    const options = moduleOptions.parse({ module: '/etc/passwd' });
    const metric = await metrics.load('digits', options);
    expect(() => score({ metric, options, response: { predictions: [1] }, truth: 1 })).toThrow(
      /outside of ARTIFACT_ROOTS/,
    );
  });
});
