import { manifestEnvelope, truthSpec, type ManifestEnvelope } from '#contracts';
import { scoringRule } from '#scoring';
import type { RewardKind } from '#strategies';
import { issueProblems } from './issue-problems.js';
import { pathText, type Problem } from './problem.js';
import { readSource } from './read-text.js';
import { checkStrategy, type ManifestStrategy } from './strategy-problems.js';
import { listedVersions, versionProblems } from './version-problems.js';

/** A manifest without problems. */
export interface Manifest {
  readonly name: string;
  /** As it was given: durations as text, defaults left out. */
  readonly source: ManifestSource;
  /** As it is meant: defaults filled in, durations in ms. */
  readonly envelope: ManifestEnvelope;
  readonly strategy: ManifestStrategy;
  /** What the rewards of its metric are. */
  readonly reward: RewardKind;
}

/** The parts of a manifest's input that are rewritten: artifacts are made absolute. */
export interface ManifestSource {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: readonly { readonly name: string; readonly artifact: string }[] };
}

export type ManifestResult =
  { readonly ok: true; readonly manifest: Manifest } | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a manifest from YAML or JSON text, or from an object, and checks all of it: schema, versions, metric, strategy. All problems come
 * at once, each with its path and what was expected.
 */
export function parseManifest(input: unknown): ManifestResult {
  const read = readSource(input);
  if (!read.ok) return read;
  const source = read.value;
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    return {
      ok: false,
      problems: [{ path: '', message: 'expected a manifest: an object with apiVersion, kind, metadata and spec' }],
    };
  }
  const envelope = manifestEnvelope.safeParse(source);
  const listed = listedVersions(source);
  const { reward, problems: truthProblems } = rewardOf(source);
  const strategy = checkStrategy((source as { spec?: { strategy?: unknown } }).spec?.strategy, listed, reward);
  const problems = [
    ...(envelope.success ? [] : issueProblems(manifestEnvelope, envelope.error, source)),
    ...versionProblems(listed ?? []),
    ...truthProblems,
    ...(strategy.ok ? [] : strategy.problems),
  ];
  if (!envelope.success || !strategy.ok || reward === undefined || problems.length > 0) {
    return { ok: false, problems: onceEach(problems) };
  }
  const manifest = {
    name: envelope.data.metadata.name,
    source: source as ManifestSource,
    envelope: envelope.data,
    strategy: strategy.strategy,
    reward,
  };
  return { ok: true, manifest };
}

/** The kind of rewards; undefined where `truth` has problems (those of its schema are reported with the envelope's). */
function rewardOf(source: object): { reward?: RewardKind; problems: Problem[] } {
  const truth = truthSpec.safeParse((source as { spec?: { truth?: unknown } }).spec?.truth ?? {});
  if (!truth.success) return { problems: [] };
  const result = scoringRule(truth.data);
  if (result.ok) return { reward: { kind: result.rule.kind, goal: result.rule.goal }, problems: [] };
  return {
    problems: result.problems.map(({ path, message }) => ({ path: pathText(['spec', 'truth', ...path]), message })),
  };
}

/** One message a path: a missing strategy is found by the envelope and by the registry. */
function onceEach(problems: readonly Problem[]): Problem[] {
  const byPath = new Map(problems.map((problem) => [problem.path, problem]));
  return [...byPath.values()];
}
