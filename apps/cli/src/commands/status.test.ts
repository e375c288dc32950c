import { expect, it } from 'vitest';
import type { StatusView } from '#contracts';
import { statusText } from './status.js';

const status: StatusView = {
  at: '2026-01-01T00:00:00Z',
  problems: [],
  kafka: { brokers: 1, topics: 14 },
  postgres: { version: '18.4', databaseBytes: 12_345_678, connections: 9 },
  services: [
    { app: 'deployer', instances: [{ instance: 'deployer-1', leads: true }, { instance: 'deployer-2', leads: false }] },
    { app: 'model-worker', instances: [{ instance: 'worker-1', versions: 2 }] },
  ],
  versions: [{ endpoint: 'digits', version: 'v2', workers: 0, failures: [{ instance: 'worker-1', error: 'no such file' }] }],
  lags: [
    { topic: 'understudy.predictions', app: 'recorder', group: 'g', lag: 40 },
    { topic: 'understudy.ground-truth', app: 'feedback', group: 'h', lag: 0 },
  ],
  deadLetters: { count: 3 },
  partitions: [{ name: 'predictions_20260101', rows: 1_000, bytes: 2_000 }, { name: 'predictions_default', rows: 0, bytes: 0 }],
  disks: [{ path: '/models', bytes: 4_000_000_000, freeBytes: 1_000_000_000 }],
}; // prettier-ignore

it('shows each part, and of topics those that somebody waits for', () => {
  const text = statusText(status, false);
  expect(text).toMatch(/kafka +1 broker, 14 topics\npostgres +18\.4, 12\.3 MB, 9 connections\ndead letters +3;/);
  expect(text).toContain('/models: 1 GB of 4 GB free');
  expect(text).toMatch(/deployer +2 +deployer-1 \(leads\), deployer-2/);
  expect(text).toMatch(/worker-1 \(2 versions\)/);
  expect(text).toMatch(/digits\/v2 +0 +no such file/);
  expect(text).toMatch(/understudy\.predictions +recorder +40/);
  expect(text).not.toContain('ground-truth');
  expect(statusText(status, true)).toContain('ground-truth');
  expect(text).toMatch(/predictions_20260101 +about 1000 +2 kB\n2 partitions/);
  expect(text).toContain('nothing is wrong');
});

it('says of each part why it is not known, and shows the others', () => {
  const error = 'Kafka cannot be reached';
  const text = statusText(
    { ...status, kafka: { error }, services: { error }, lags: { error }, problems: [`Kafka: ${error}`] },
    false,
  );
  expect(text).toMatch(/kafka +unknown: Kafka cannot be reached\npostgres +18\.4/);
  expect(text).toContain('lag: unknown: Kafka cannot be reached');
  expect(text).toContain('wrong: Kafka: Kafka cannot be reached');
});
