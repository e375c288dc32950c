import { createRequire } from 'node:module';
import * as published from 'kafkajs';
import { expect, it } from 'vitest';
import * as ours from '../kafkajs.js';
import { loadPrivateCopy } from './private-copy.js';
import { replacements } from './replacements.js';

const require = createRequire(import.meta.url);

it('loads the package once more, whole, and beside the one that is imported', () => {
  const copy = loadPrivateCopy('kafkajs', {}) as typeof published;
  expect(Object.keys(copy)).toStrictEqual(Object.keys(require('kafkajs') as object));
  expect(copy.Kafka).not.toBe(published.Kafka);
  expect(copy.logLevel).toStrictEqual(published.logLevel);
});

it('replaces modules for all of the copy, and for nobody else', () => {
  const file = 'src/producer/groupMessagesPerPartition.js';
  const seen: unknown[] = [];
  const copy = loadPrivateCopy('kafkajs', { [file]: (original) => seen.push(original) }) as typeof published;
  expect(seen).toHaveLength(1);
  expect(seen[0]).not.toBe(require(`kafkajs/${file}`));
  expect(copy.Kafka).toBeTypeOf('function');
});

it('replaces only modules that kafkajs has, when it needs them at the latest', () => {
  for (const file of Object.keys(replacements)) expect(require(`kafkajs/${file}`), file).toBeDefined();
});

it('is what services use, with the version that they are locked to', () => {
  expect(ours.kafkajsUnchanged).toBeUndefined();
  expect(ours.Kafka).not.toBe(published.Kafka);
});
