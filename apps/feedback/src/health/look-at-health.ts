import type pg from 'pg';
import type { VersionHealth } from '#contracts';
import { jsonbText } from '#database';
import { accuracyOf, answerDrift, inputDrift, leastValues } from './compare.js';
import { readSample } from './read-sample.js';
import { type Sample, sampleOf } from './sample.js';

/** An endpoint and what its versions are compared with. */
export interface LookedAt {
  readonly endpoint: string;
  /** With most of the traffic. */
  readonly champion: string;
  readonly versions: readonly { readonly name: string; readonly output: string | undefined }[];
  /** Whether rewards are 0 or 1 for wrong and right: only then confidences estimate their mean. */
  readonly isAccuracy: boolean;
  /** When the rollout began. */
  readonly begun: Date;
}

const hourMs = 3_600_000;
/** The newest requests are those of the last hour; the reference is the champion's of the day before the rollout. */
export const windowMs = hourMs;
const referenceMs = 24 * hourMs;

export interface Reference {
  readonly version: string;
  readonly from: Date;
  readonly to: Date;
  readonly sample: Sample;
}

/**
 * The champion's requests before the rollout; where there are too few, as on a new endpoint, those of the rollout's first hour, once
 * that is over. Null where there is neither.
 */
export async function readReference(client: pg.ClientBase, of: LookedAt, now: number): Promise<Reference | null> {
  const { endpoint, champion: version, begun } = of;
  const output = of.versions.find(({ name }) => name === version)?.output;
  const start = begun.getTime();
  const before = { from: new Date(start - referenceMs), to: begun };
  const first = { from: begun, to: new Date(start + windowMs) };
  for (const time of now >= start + windowMs ? [before, first] : [before]) {
    const sample = sampleOf(await readSample(client, { endpoint, version, ...time }), output);
    if (sample.requests >= leastValues) return { version, ...time, sample };
  }
  return null;
}

/** Looks at each version of an endpoint, and writes down what it finds of those that had requests. */
export async function lookAtHealth(
  client: pg.ClientBase,
  of: LookedAt,
  reference: Reference | null,
  now: number,
): Promise<void> {
  const [from, to] = [new Date(now - windowMs), new Date(now)];
  for (const { name, output } of of.versions) {
    const current = sampleOf(await readSample(client, { endpoint: of.endpoint, version: name, from, to }), output);
    if (current.requests === 0) continue;
    const health: VersionHealth = {
      at: to.toISOString(),
      from: from.toISOString(),
      to: to.toISOString(),
      requests: current.requests,
      reference:
        reference === null
          ? null
          : {
              version: reference.version,
              from: reference.from.toISOString(),
              to: reference.to.toISOString(),
              requests: reference.sample.requests,
            },
      inputs: reference === null ? null : inputDrift(reference.sample, current),
      answers: reference === null ? null : answerDrift(reference.sample, current),
      accuracy: of.isAccuracy ? accuracyOf(name, current, reference) : null,
    };
    await client.query(
      `INSERT INTO version_health (endpoint, version, at, health) VALUES ($1, $2, $3, $4::jsonb)
       ON CONFLICT (endpoint, version) DO UPDATE SET at = excluded.at, health = excluded.health`,
      [of.endpoint, name, to, jsonbText(health)],
    );
  }
}
