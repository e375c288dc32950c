import { expect, it } from 'vitest';
import { appNames, type Heartbeat, type StatusView } from '#contracts';
import { loadedVersions, servicesOf } from './living.js';
import { problemsOf } from './problems-of.js';

const beat = (app: Heartbeat['app'], instance: string, more: Partial<Heartbeat> = {}): Heartbeat => ({
  app, instance, at: 0, leaving: false, ...more,
}); // prettier-ignore
const [v1, v2] = ['v1', 'v2'].map((version) => ({ endpoint: 'digits', version }));
const everybody = appNames.map((app) => beat(app, `${app}-1`, app === 'deployer' ? { leads: true } : {}));
const partsOf = (alive: Heartbeat[], more: Partial<StatusView> = {}) => ({
  kafka: { brokers: 1, topics: 1 },
  postgres: { version: '18', databaseBytes: 1, connections: 1 },
  services: servicesOf(alive),
  versions: loadedVersions(alive),
  lags: [],
  deadLetters: { count: 0 },
  partitions: [],
  disks: [{ path: '/models', bytes: 100, freeBytes: 50 }],
  ...more,
});

it('finds nothing wrong where everybody lives', () => {
  expect(problemsOf(partsOf(everybody))).toEqual([]);
});

it('names services without an instance, a missing leader, and disks that are nearly full', () => {
  const alive = [...everybody.filter(({ app }) => app !== 'deployer' && app !== 'router'), beat('deployer', 'd')];
  expect(problemsOf(partsOf(alive, { disks: [{ path: '/models', bytes: 100, freeBytes: 4 }] }))).toEqual([
    'no living router',
    'no deployer leads: no rollout advances',
    '/models: less than 5 % of the disk is free',
  ]);
});

it('counts the workers of each version, and says who could not load it and why', () => {
  const alive = [
    ...everybody,
    beat('model-worker', 'w1', { live: [{ ...v1!, partitions: [0] }], failed: [{ ...v2!, error: 'no such file' }] }),
    beat('model-worker', 'w2', { live: [{ ...v1!, partitions: [1] }] }),
  ];
  expect(loadedVersions(alive)).toEqual([
    { ...v1, workers: 2, failures: [] },
    { ...v2, workers: 0, failures: [{ instance: 'w1', error: 'no such file' }] },
  ]);
  expect(problemsOf(partsOf(alive))).toEqual(['digits/v2 cannot be loaded by w1: no such file']);
});

it('says which part could not be found out, whatever the others say', () => {
  expect(problemsOf(partsOf(everybody, { lags: { error: 'no answer within 5 s' } }))).toEqual([
    'lag: no answer within 5 s',
  ]);
});
