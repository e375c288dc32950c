import { Injectable } from '@nestjs/common';
import {
  parseManifest,
  parseTemplate,
  readDocuments,
  templateNameIn,
  type Manifest,
  type Problem,
  type Template,
} from '#manifests';
import { HttpProblem } from '../api/http-problem.js';
import { ExpandManifest } from '../templates/expand-manifest.js';
import { TemplatesRepository, type RevisedTemplate } from '../templates/templates.repository.js';

const refused = 'the manifests are refused; nothing was changed';

/** Something with its document's place among those of the request. */
export interface Placed<T> {
  readonly at: number;
  readonly value: T;
}

/** The documents of a request, by their kind. */
export interface Documents {
  readonly count: number;
  /** With the revisions that they will have. */
  readonly templates: readonly Placed<RevisedTemplate>[];
  /** With templates, also those of the request, in the place of references to them. */
  readonly endpoints: readonly Placed<Manifest>[];
}

/** Reads a body of manifests: one, a list of them, or the documents of a YAML text. */
@Injectable()
export class ReadManifests {
  constructor(
    private readonly templates: TemplatesRepository,
    private readonly expandManifest: ExpandManifest,
  ) {}

  /** @throws HttpProblem 400 with the problems of all of them; paths begin with the document's place where there are several */
  async read(body: unknown): Promise<Documents> {
    const documents = valuesOf(body).map((value, at) => ({ at, value }));
    const count = documents.length;
    if (count === 0) throw new HttpProblem(400, 'expected at least one manifest');
    const problems: Problem[] = [];
    const take = <T extends { readonly name: string }>(taken: Placed<T>[], at: number, read: Read<T>): void => {
      const prefix = count === 1 ? '' : `[${at}].`;
      const found =
        read.ok && taken.some(({ value }) => value.name === read.value.name) ? twice(read.value.name) : read;
      if (found.ok) taken.push({ at, value: found.value });
      else problems.push(...found.problems.map(({ path, message }) => ({ path: prefix + path, message })));
    };

    const templates: Placed<Template>[] = [];
    for (const { at, value } of documents.filter(isTemplate)) take(templates, at, readTemplate(value));
    const isGood = problems.length === 0;
    const revised: Placed<RevisedTemplate>[] = [];
    for (const { at, value } of templates) revised.push({ at, value: await this.templates.foresee(value) });
    const given = new Map(revised.map(({ value }) => [value.template.name, value]));

    const endpoints: Placed<Manifest>[] = [];
    for (const { at, value } of documents.filter((document) => !isTemplate(document))) {
      // What a template with problems would make of it, nobody can say.
      if (!isGood && templateNameIn(value) !== undefined) continue;
      take(endpoints, at, await this.readEndpoint(value, given));
    }
    if (problems.length > 0) throw new HttpProblem(400, refused, problems);
    return { count, templates: revised, endpoints };
  }

  private async readEndpoint(value: unknown, given: ReadonlyMap<string, RevisedTemplate>): Promise<Read<Manifest>> {
    try {
      const result = parseManifest(await this.expandManifest.expand(value, given));
      return result.ok ? { ok: true, value: result.manifest } : result;
    } catch (error) {
      if (error instanceof HttpProblem && error.status === 400) return { ok: false, problems: error.problems };
      throw error;
    }
  }
}

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

function readTemplate(value: unknown): Read<Template> {
  const result = parseTemplate(value);
  return result.ok ? { ok: true, value: result.template } : result;
}

const isTemplate = ({ value }: { readonly value: unknown }): boolean =>
  (value as { kind?: unknown } | null)?.kind === 'Template';

const twice = (name: string): { ok: false; problems: Problem[] } => ({
  ok: false,
  problems: [{ path: 'metadata.name', message: `"${name}" stands twice; expected it once` }],
});

function valuesOf(body: unknown): unknown[] {
  if (Array.isArray(body)) return body;
  if (typeof body !== 'string') return [body];
  const read = readDocuments(body);
  if (!read.ok) throw new HttpProblem(400, refused, read.problems);
  return read.values;
}
