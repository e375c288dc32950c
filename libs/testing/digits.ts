import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { repository } from './repository.js';

const folder = resolve(repository, 'examples/digits');

/** Held-out rows of the demo's digits: v1 is right on .835 of them, v2 on .971, v3 on .001. */
export interface Digit {
  readonly pixels: readonly number[];
  readonly label: number;
}

let cache: readonly Digit[] | undefined;

/** All held-out rows, in the order of the file. */
export function digits(): readonly Digit[] {
  if (cache === undefined) {
    const file = JSON.parse(readFileSync(resolve(folder, 'held-out.json'), 'utf8')) as {
      rows: number[][];
      labels: number[];
    };
    cache = file.rows.map((pixels, index) => ({ pixels, label: file.labels[index] ?? -1 }));
  }
  return cache;
}

/** The n-th row, repeated from the beginning where there are fewer. */
export function digit(n: number): Digit {
  const all = digits();
  const found = all[n % all.length];
  if (found === undefined) throw new Error('held-out.json has no rows');
  return found;
}

export const modelPath = (version: 'v1' | 'v2' | 'v3'): string => resolve(folder, 'models', `${version}.onnx`);

/** A V2 question for one row or several. */
export const v2Question = (...rows: readonly Digit[]): { inputs: unknown[] } => ({
  inputs: [{ name: 'pixels', shape: [rows.length, 64], datatype: 'FP32', data: rows.flatMap((row) => row.pixels) }],
});

/** A V1 question for one row or several. */
export const v1Question = (...rows: readonly Digit[]): { instances: unknown[] } => ({
  instances: rows.map((row) => row.pixels),
});

interface DigitsManifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: Record<string, unknown>;
}

/** A manifest of an endpoint over the digits' models; `spec` adds to it or replaces its parts. */
export function digitsManifest(
  name: string,
  strategy: Readonly<Record<string, unknown>>,
  spec: Readonly<Record<string, unknown>> = {},
): DigitsManifest {
  return {
    apiVersion: 'understudy/v1',
    kind: 'Endpoint',
    metadata: { name },
    spec: {
      versions: (['v1', 'v2', 'v3'] as const).map((version) => ({
        name: version,
        runtime: 'onnx',
        artifact: modelPath(version),
        output: 'label',
      })),
      truth: { metric: 'accuracy', window: '10m', missing: 'drop' },
      // A story is about who answers, not about how busy the machine is.
      timeout: '30s',
      // Fewer than by default: many endpoints share one small broker here.
      partitions: 4,
      strategy,
      ...spec,
    },
  };
}
