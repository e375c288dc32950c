import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Milliseconds of CPU spent in a place itself, not in what it calls. */
export interface Cost {
  readonly place: string;
  readonly ms: number;
  readonly share: number;
}

export interface ProfileSummary {
  readonly file: string;
  /** Seconds not idle. */
  readonly busySeconds: number;
  /** By npm package, by our file, or by part of Node. */
  readonly byPart: readonly Cost[];
  readonly byFunction: readonly Cost[];
}

/** Reads every CPU profile in a folder. */
export function summariseProfiles(folder: string, most = 25): ProfileSummary[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  return files.map((file) => {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
    return { file, ...summarise(profile, most) };
  });
}

/** The summary as lines of text. */
export function describeProfile({ file, busySeconds, byPart, byFunction }: ProfileSummary): string {
  const lines = (costs: readonly Cost[]) =>
    costs.map(
      ({ place, ms, share }) => `  ${(share * 100).toFixed(1).padStart(5)} % ${ms.toFixed(0).padStart(7)} ms  ${place}`,
    );
  return [
    `${file}: ${busySeconds.toFixed(1)} s busy`,
    ' by part',
    ...lines(byPart),
    ' by function',
    ...lines(byFunction),
  ].join('\n');
}

const idle = new Set(['(idle)', '(program)', '(root)']);

function summarise({ nodes, samples, timeDeltas }: CpuProfile, most: number): Omit<ProfileSummary, 'file'> {
  const self = new Map<number, number>();
  samples.forEach((id, index) => self.set(id, (self.get(id) ?? 0) + (timeDeltas[index] ?? 0)));
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  for (const { id, callFrame } of nodes) {
    const micros = self.get(id) ?? 0;
    if (micros === 0 || callFrame.functionName === '(idle)') continue;
    busy += micros;
    const part = idle.has(callFrame.functionName)
      ? callFrame.functionName
      : partOf(callFrame.url, callFrame.functionName);
    add(parts, part, micros);
    add(
      functions,
      `${callFrame.functionName || '(anonymous)'} ${shorten(callFrame.url)}:${callFrame.lineNumber + 1}`,
      micros,
    );
  }
  const top = (costs: Map<string, number>): Cost[] =>
    [...costs]
      .sort((a, b) => b[1] - a[1])
      .slice(0, most)
      .map(([place, micros]) => ({ place, ms: micros / 1000, share: micros / busy }));
  return { busySeconds: busy / 1e6, byPart: top(parts), byFunction: top(functions) };
}

const add = (costs: Map<string, number>, place: string, micros: number) =>
  costs.set(place, (costs.get(place) ?? 0) + micros);

function partOf(url: string, name: string): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  if (url === '') return name.startsWith('(') ? name : 'native';
  return shorten(url);
}

/** From `dist/` or `node_modules/` on. */
const shorten = (url: string): string => /(?:node_modules|dist)\/(.*)$/.exec(url)?.[1] ?? url;
