import type { Manifest } from '#manifests';
import { isBounded } from '#strategies';
import { ruleOf, strategyOf } from './manifest-parts.js';
import type { World } from './world.js';

/** What of a world does not fit the manifest, or cannot be; empty where all is well. */
export function worldProblems(manifest: Manifest, world: World): string[] {
  return [
    ...versionProblems(manifest, world),
    ...rewardProblems(manifest, world),
    ...numberProblems(world),
    ...kindProblems(manifest, world),
  ];
}

/** What may surprise: a world in which the manifest cannot come to anything. */
export function worldWarnings(manifest: Manifest, world: World): string[] {
  const { window, metric, missing } = ruleOf(manifest);
  const warnings: string[] = [];
  if (missing === 'drop' && world.delay.kind === 'fixed' && world.delay.ms > window) {
    warnings.push('the truth comes after truth.window has closed: no request is ever scored');
  }
  const waits = missing === 'default' ? window : world.delay.ms;
  const seconds = world.requests / world.requestsPerSecond;
  if (waits >= seconds * 1000) {
    warnings.push(
      `the requests are over after ${Math.round(seconds)} s, before any truth counts: simulate more of them`,
    );
  }
  if (metric.wants === 'nothing' && manifest.strategy.name === 'silent') {
    warnings.push(`metric "${metric.name}" gives shadows no reward: their answers are shown to nobody`);
  }
  return warnings;
}

function versionProblems(manifest: Manifest, { versions }: World): string[] {
  const listed = manifest.envelope.spec.versions.map(({ name }) => name);
  const unknown = Object.keys(versions).filter((version) => !listed.includes(version));
  const named = strategyOf(manifest)
    .versionsOf(manifest.strategy.spec)
    .map(({ version }) => version);
  const missing = [...new Set(named)].filter((version) => versions[version] === undefined);
  return [
    ...unknown.map((version) => `version "${version}" is not in the manifest; expected ${listed.join(', ')}`),
    ...missing.map((version) => `what are the rewards of ${version}? The strategy names it`),
  ];
}

function rewardProblems(manifest: Manifest, { versions }: World): string[] {
  const { name } = ruleOf(manifest).metric;
  const bounded = isBounded(manifest.reward);
  return Object.entries(versions).flatMap(
    ([version, { reward, deviation, errors = 0, latency, coverage = 1, delay }]) => {
      const problems: string[] = [];
      if (bounded && deviation !== undefined) {
        problems.push(`rewards of ${version}: ${name} is within [0, 1]; give the mean alone, without ±`);
      }
      if (bounded && !(reward >= 0 && reward <= 1)) {
        problems.push(`rewards of ${version}: expected a mean between 0 and 1, as ${name} gives, got ${reward}`);
      }
      if (!bounded && deviation === undefined) {
        problems.push(`rewards of ${version}: ${name} is not within [0, 1]; give a standard deviation, as in 3.2±0.8`);
      }
      if (!Number.isFinite(reward) || (deviation !== undefined && !(deviation > 0 && deviation < Infinity))) {
        problems.push(`rewards of ${version}: expected a finite mean and a standard deviation above 0`);
      }
      if (!(errors >= 0 && errors <= 1)) {
        problems.push(`errors of ${version}: expected a share between 0 and 1, got ${errors}`);
      }
      if (latency !== undefined && !(latency > 0 && latency < Infinity)) {
        problems.push(`latency of ${version}: expected a time above 0, got ${latency} ms`);
      }
      if (!(coverage > 0 && coverage <= 1)) {
        problems.push(`coverage of ${version}: expected a share above 0 and up to 1, got ${coverage}`);
      }
      if (delay !== undefined && !(delay.ms >= 0 && delay.ms < Infinity)) {
        problems.push(`delay of ${version}: expected a time of at least 0, got ${delay.ms} ms`);
      }
      return problems;
    },
  );
}

function numberProblems({
  requests,
  requestsPerSecond,
  delay,
  coverage = 1,
  correlation = 0,
  consumers,
}: World): string[] {
  const checks: [boolean, string][] = [
    [Number.isSafeInteger(requests) && requests >= 1, `expected a whole number of requests, got ${requests}`],
    [
      requestsPerSecond > 0 && requestsPerSecond < Infinity,
      `expected a rate above 0 requests/s, got ${requestsPerSecond}`,
    ],
    [delay.ms >= 0 && delay.ms < Infinity, `expected a delay of at least 0 ms, got ${delay.ms}`],
    [coverage > 0 && coverage <= 1, `expected a coverage above 0 and up to 1, got ${coverage}`],
    [correlation >= 0 && correlation <= 1, `expected a correlation between 0 and 1, got ${correlation}`],
    [
      consumers === undefined || (Number.isSafeInteger(consumers.count) && consumers.count >= 1),
      `expected a whole number of consumers, got ${consumers?.count}`,
    ],
    [
      consumers === undefined || (consumers.exponent >= 0 && consumers.exponent <= 10),
      `expected an exponent between 0 and 10, got ${consumers?.exponent}`,
    ],
  ];
  return checks.filter(([fine]) => !fine).map(([, problem]) => problem);
}

function kindProblems(manifest: Manifest, world: World): string[] {
  const { kinds = [], consumers, versions } = world;
  if (kinds.length === 0) return [];
  const total = kinds.reduce((sum, { share }) => sum + share, 0);
  const unknown = kinds.flatMap(({ rewards }) =>
    Object.keys(rewards).filter((version) => versions[version] === undefined),
  );
  const wrong = kinds.flatMap(({ rewards }, i) => {
    const named = Object.entries(rewards).filter(([version]) => versions[version] !== undefined);
    const own = Object.fromEntries(named.map(([version, reward]) => [version, { ...versions[version], reward }]));
    return rewardProblems(manifest, { ...world, versions: own }).map((problem) => `kind ${i + 1}: ${problem}`);
  });
  return [
    ...(Math.abs(total - 1) > 1e-6 || kinds.some(({ share }) => !(share >= 0))
      ? [`the shares of the kinds of requests sum to ${total}, expected 1`]
      : []),
    ...new Set(
      unknown.map((version) => `the kinds of requests name version "${version}", whose rewards are not given`),
    ),
    ...wrong,
    ...(consumers === undefined ? [] : ['kinds of requests cannot be combined with consumers that send routing keys']),
  ];
}
