import { templateEnvelope, templateReference, type TemplateUse } from '#contracts';
import { findStrategy, type Contenders, type WrittenSpec } from '#strategies';
import { issueProblems } from './issue-problems.js';
import { withoutRevision } from './meaning.js';
import { pathText, type Problem } from './problem.js';
import { readSource, readText } from './read-text.js';
import { oneStrategy } from './strategy-problems.js';

/** A template without problems. */
export interface Template {
  readonly name: string;
  /** As it was given, without the revision that it was made from. */
  readonly source: {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly strategy: object; readonly rollout?: object };
  };
  /** That revision, where it carries one. */
  readonly madeFrom?: number | undefined;
}

export type TemplateResult =
  { readonly ok: true; readonly template: Template } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Versions that a template is tried with. */
const anyone = { champion: 'champion', candidate: 'candidate' };

/** Reads a template from YAML or JSON text, or from an object, and checks all of it: its strategy as it would be about some two versions. */
export function parseTemplate(input: unknown): TemplateResult {
  const read = readSource(input);
  if (!read.ok) return read;
  const envelope = templateEnvelope.safeParse(read.value);
  if (!envelope.success) return { ok: false, problems: issueProblems(templateEnvelope, envelope.error, read.value) };
  const found = oneStrategy(envelope.data.spec.strategy);
  if (!found.ok) return found;
  const { strategy, spec } = found;
  const named = nameIn(spec);
  const about = strategy.about(writtenOf(spec), anyone);
  const parsed = strategy.specSchema.safeParse(about);
  const at = ['spec', 'strategy', strategy.name];
  const problems = [
    ...named.map((field) => ({
      path: pathText([...at, field]),
      message: 'expected no such field in a template: the endpoint that uses it names the versions',
    })),
    ...(parsed.success ? [] : issueProblems(strategy.specSchema, parsed.error, about, at)),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const { name, revision: madeFrom } = envelope.data.metadata;
  return { ok: true, template: { name, source: withoutRevision(read.value as Template['source']), madeFrom } };
}

/** Fields in which strategies name versions, as far as this one does. */
const nameIn = (spec: unknown): string[] =>
  ['champion', 'candidate', 'version', 'arms'].filter((field) => field in writtenOf(spec));

const writtenOf = (spec: unknown): WrittenSpec => (typeof spec === 'object' && spec !== null ? { ...spec } : {});

/** The object that a text or an object is, before any check; undefined where it cannot be read. */
export function readManifestText(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  const read = readText(input);
  return read.ok ? read.value : undefined;
}

/** The name of the template that an endpoint's manifest refers to; undefined where it names a strategy itself. */
export function templateNameIn(source: unknown): string | undefined {
  const name = (strategyIn(source) as { template?: unknown } | null | undefined)?.template;
  return typeof name === 'string' ? name : undefined;
}

const strategyIn = (source: unknown): unknown => (source as { spec?: { strategy?: unknown } } | null)?.spec?.strategy;

/**
 * An endpoint's manifest with the template that it refers to in the place of the reference. What it says of `rollout` goes before what the template says.
 * @param source refers to this template
 */
export function expandTemplate(
  source: object,
  template: Template,
  revision: number,
): { ok: true; value: object } | { ok: false; problems: Problem[] } {
  const given = strategyIn(source);
  const reference = templateReference.safeParse(given);
  if (!reference.success) {
    return { ok: false, problems: issueProblems(templateReference, reference.error, given, ['spec', 'strategy']) };
  }
  const { spec } = source as { spec: Record<string, unknown> };
  const own = spec['rollout'] as Record<string, unknown> | undefined;
  const { champion, candidate } = reference.data;
  const strategy = Object.fromEntries(
    Object.entries(template.source.spec.strategy).map(([name, written]) => {
      const named = { ...writtenOf(written), ...(champion === undefined ? {} : { champion }) };
      return [name, findStrategy(name)?.about(named, { champion, candidate }) ?? named];
    }),
  );
  const rollout = { ...template.source.spec.rollout, ...own };
  const use: TemplateUse = { reference: reference.data, revision, ...(own === undefined ? {} : { rollout: own }) };
  return {
    ok: true,
    value: {
      ...source,
      spec: { ...spec, strategy, ...(Object.keys(rollout).length === 0 ? {} : { rollout }), template: use },
    },
  };
}

/** What a stored manifest was made of; undefined where no template was. */
export const templateUseIn = (stored: unknown): TemplateUse | undefined =>
  (stored as { spec?: { template?: TemplateUse } } | null)?.spec?.template;

/** A stored manifest as it was written, which `apply` would take again: the reference instead of what was made of it. */
export function collapseTemplate(stored: unknown): unknown {
  const use = templateUseIn(stored);
  if (use === undefined) return stored;
  const { template: _, rollout: __, ...spec } = (stored as { spec: Record<string, unknown> }).spec;
  const rollout = use.rollout === undefined ? {} : { rollout: use.rollout };
  return { ...(stored as object), spec: { ...spec, strategy: use.reference, ...rollout } };
}

/** A reference about these versions. A champion that was named is named anew. */
export const aboutTemplate = (reference: object, { champion, candidate }: Contenders): object => ({
  ...reference,
  ...('champion' in reference && champion !== undefined ? { champion } : {}),
  candidate,
});
