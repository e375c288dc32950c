import { InvalidArgumentError } from 'commander';
import { parseDuration } from '#contracts';
import type { RewardChange, TruthDelay, VersionModel, World } from '#simulation';

/** What the command line says of the world, each option read. */
export interface WorldOptions {
  readonly rewards: Readonly<Record<string, VersionModel>>;
  readonly errors?: Readonly<Record<string, number>>;
  readonly latency?: Readonly<Record<string, number>>;
  readonly coverageOf?: Readonly<Record<string, number>>;
  readonly delayOf?: Readonly<Record<string, TruthDelay>>;
  readonly drift?: readonly (readonly [version: string, change: RewardChange])[];
  readonly rate: number;
  readonly delay: TruthDelay;
  readonly requests: number;
  readonly coverage: number;
  readonly correlation: number;
  readonly consumers?: number;
  readonly zipf: number;
  readonly everyLook?: boolean;
}

/** The world of the options. @throws Error where an option by version names one without rewards */
export function worldOf(options: WorldOptions): World {
  const { rewards, errors = {}, latency = {}, drift = [], rate, delay, requests, coverage, correlation } = options;
  const { consumers, zipf, everyLook, coverageOf = {}, delayOf: delays = {} } = options;
  for (const [option, version] of [
    ...Object.keys(errors).map((name) => ['--errors', name] as const),
    ...Object.keys(latency).map((name) => ['--latency', name] as const),
    ...Object.keys(coverageOf).map((name) => ['--coverage-of', name] as const),
    ...Object.keys(delays).map((name) => ['--delay-of', name] as const),
    ...drift.map(([name]) => ['--drift', name] as const),
  ]) {
    if (rewards[version] !== undefined) continue;
    throw new Error(`${option}: version "${version}" has no rewards; expected ${Object.keys(rewards).join(', ')}`);
  }
  return {
    versions: Object.fromEntries(
      Object.entries(rewards).map(([version, model]) => [
        version,
        {
          ...model,
          ...(errors[version] === undefined ? {} : { errors: errors[version] }),
          ...(latency[version] === undefined ? {} : { latency: latency[version] }),
          ...(coverageOf[version] === undefined ? {} : { coverage: coverageOf[version] }),
          ...(delays[version] === undefined ? {} : { delay: delays[version] }),
          changes: drift.filter(([name]) => name === version).map(([, change]) => change),
        },
      ]),
    ),
    requestsPerSecond: rate,
    requests,
    delay,
    coverage,
    correlation,
    ...(consumers === undefined ? {} : { consumers: { count: consumers, exponent: zipf } }),
    ...(everyLook === true && { looks: { everyMs: 500, growth: 0 } }),
  };
}

/** `v1=0.90,v2=0.93`; with a standard deviation `v1=3.2±0.8` (also `3.2+-0.8`). */
export function rewardsOf(text: string): Record<string, VersionModel> {
  return Object.fromEntries(
    pairsOf(text).map(([version, value]) => {
      const [mean = '', deviation] = value.split(/±|\+-/);
      return [
        version,
        { reward: figureOf(mean), ...(deviation === undefined ? {} : { deviation: figureOf(deviation) }) },
      ];
    }),
  );
}

/** `v2=0.01`. */
export const sharesByVersion = (text: string): Record<string, number> =>
  Object.fromEntries(pairsOf(text).map(([version, share]) => [version, figureOf(share)]));

/** `v1=20ms,v2=35ms`, in ms. */
export const timesByVersion = (text: string): Record<string, number> =>
  Object.fromEntries(
    pairsOf(text).map(([version, time]) => {
      const ms = parseDuration(time);
      if (ms === undefined) throw new InvalidArgumentError(`expected a time such as 20ms, got "${time}"`);
      return [version, ms];
    }),
  );

/** `v1=0s,v2=exp:10m`: each as in `delayOf`. */
export const delaysByVersion = (text: string): Record<string, TruthDelay> =>
  Object.fromEntries(pairsOf(text).map(([version, delay]) => [version, delayOf(delay)]));

/** `v2=-0.01/h`: so much an hour; `v2=-0.05@2h`: so much at once, after two hours. */
export const driftOf = (text: string): [string, RewardChange][] =>
  pairsOf(text).map(([version, change]) => [version, changeOf(change)]);

function changeOf(text: string): RewardChange {
  const [, by = '', sign, time = ''] = /^([^/@]+)([/@])(.+)$/.exec(text) ?? [];
  const ms = parseDuration(sign === '/' && /^[a-z]/.test(time) ? `1${time}` : time);
  if (ms === undefined || (sign === '/' && ms === 0)) {
    throw new InvalidArgumentError(`expected a change such as -0.01/h, or -0.05@2h, got "${text}"`);
  }
  return sign === '/' ? { perMs: figureOf(by) / ms } : { atMs: ms, by: figureOf(by) };
}

/** `v1=0.90,v2=0.93` as pairs. */
function pairsOf(text: string): [string, string][] {
  return text.split(',').map((part) => {
    const [, version, value] = /^\s*([^=\s]+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (version === undefined || value === undefined) {
      throw new InvalidArgumentError(`expected VERSION=VALUE, separated by commas, got "${part}"`);
    }
    return [version, value];
  });
}

/** `50/s`, `1000/m`, `3/h`: requests a second. */
export function rateOf(text: string): number {
  const [, count = '', unit = ''] = /^([\d.]+)\/(s|m|h|d)$/.exec(text) ?? [];
  const ms = parseDuration(`1${unit}`);
  const rate = ms === undefined ? NaN : (Number(count) * 1000) / ms;
  if (!(rate > 0 && rate < Infinity)) throw new InvalidArgumentError('expected a rate such as 50/s, 1000/m or 20/h');
  return rate;
}

/** `10m`, always; or `exp:10m`, exponentially distributed with that mean. */
export function delayOf(text: string): TruthDelay {
  const exponential = text.startsWith('exp:');
  const ms = parseDuration(exponential ? text.slice('exp:'.length) : text);
  if (ms === undefined)
    throw new InvalidArgumentError('expected a time such as 10m, or exp:10m for delays that differ');
  return { kind: exponential ? 'exponential' : 'fixed', ms };
}

/** A whole number of at least 1. */
export function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('expected a whole number of at least 1');
  return count;
}

/** A whole number. */
export function seedOf(text: string): number {
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed)) throw new InvalidArgumentError('expected a whole number');
  return seed;
}

/** Any number; its range is the simulation's to check. */
export function figureOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError(`expected a number, got "${text}"`);
  return value;
}
