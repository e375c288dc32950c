import type pg from 'pg';
import type { DriftSpec, VersionHealth } from '#contracts';
import { jsonbText } from '#database';
import { readAgreements } from './agreement.js';
import { accuracyOf, answerDrift, inputDrift, leastValues } from './compare.js';
import { readSample } from './read-sample.js';
import { type Sample, sampleOf } from './sample.js';

/** An endpoint and what its versions are compared with. */
export interface LookedAt {
  readonly endpoint: string;
  readonly rollout: number;
  /** The version that others are compared with. */
  readonly champion: string;
  readonly versions: readonly { readonly name: string; readonly output: string | undefined }[];
  /** Whether rewards are 0 or 1 for wrong and right: only then confidences estimate their mean. */
  readonly isAccuracy: boolean;
  /** When the rollout began. */
  readonly begun: Date;
  readonly reference: DriftSpec['reference'];
}

const hourMs = 3_600_000;
/** The newest requests are those of the last hour. */
export const windowMs = hourMs;

export interface Reference {
  readonly version: string;
  readonly from: Date;
  readonly to: Date;
  readonly sample: Sample;
}

/** The champion's requests of the times that may be the reference. Null where there are too few in each of them. */
export async function readReference(client: pg.ClientBase, of: LookedAt, now: number): Promise<Reference | null> {
  const { endpoint, champion: version } = of;
  const output = of.versions.find(({ name }) => name === version)?.output;
  for (const time of referenceTimes(of, now)) {
    const sample = sampleOf(await readSample(client, { endpoint, version, ...time }), output);
    if (sample.requests >= leastValues) return { version, ...time, sample };
  }
  return null;
}

/** A fixed time; or that before the rollout and, for where there are too few requests, as on a new endpoint, its first hour, once that is over. */
function referenceTimes({ reference, begun }: LookedAt, now: number): { from: Date; to: Date }[] {
  if (typeof reference === 'object') return [{ from: new Date(reference.from), to: new Date(reference.to) }];
  const start = begun.getTime();
  const before = { from: new Date(Math.max(0, start - reference)), to: begun };
  return now >= start + windowMs ? [before, { from: begun, to: new Date(start + windowMs) }] : [before];
}

/** Looks at each version of an endpoint, and writes down what it finds of those that had requests. */
export async function lookAtHealth(
  client: pg.ClientBase,
  of: LookedAt,
  reference: Reference | null,
  now: number,
): Promise<void> {
  const [from, to] = [new Date(now - windowMs), new Date(now)];
  const agreements = await readAgreements(client, of.endpoint, of.rollout);
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
      agreement: agreements.get(name) ?? null,
      accuracy: of.isAccuracy ? accuracyOf(name, current, reference) : null,
    };
    await client.query(
      `INSERT INTO version_health (endpoint, version, at, health) VALUES ($1, $2, $3, $4::jsonb)
       ON CONFLICT (endpoint, version) DO UPDATE SET at = excluded.at, health = excluded.health`,
      [of.endpoint, name, to, jsonbText(health)],
    );
  }
}
