import { Injectable } from '@nestjs/common';
import { expandTemplate, parseTemplate, readManifestText, templateNameIn, type Problem } from '#manifests';
import { HttpProblem } from '../api/http-problem.js';
import { TemplatesRepository, type RevisedTemplate } from './templates.repository.js';

/** Puts the template that a manifest refers to in the place of the reference: whatever comes after knows of no templates. */
@Injectable()
export class ExpandManifest {
  constructor(private readonly templates: TemplatesRepository) {}

  /**
   * @param body YAML or JSON text, or an object
   * @param given templates that are applied with it, by name: they go before those that stand
   * @returns the same where it refers to none
   * @throws HttpProblem 400 where there is no such template, or it cannot be used so
   */
  async expand(body: unknown, given: ReadonlyMap<string, RevisedTemplate> = new Map()): Promise<unknown> {
    const source = readManifestText(body);
    if (typeof source !== 'object' || source === null) return body;
    const { spec } = source as { spec?: unknown };
    if (typeof spec === 'object' && spec !== null && 'template' in spec) {
      const message = 'the deployer’s to say; expected spec.strategy: { template: NAME, candidate: VERSION }';
      throw refused([{ path: 'spec.template', message }]);
    }
    const name = templateNameIn(source);
    if (name === undefined) return body;
    const { template, revision } = given.get(name) ?? (await this.standing(name, [...given.keys()]));
    const expanded = expandTemplate(source, template, revision);
    if (!expanded.ok) throw refused(expanded.problems);
    return expanded.value;
  }

  private async standing(name: string, given: readonly string[]): Promise<RevisedTemplate> {
    const found = await this.templates.get(name);
    if (found === undefined) {
      const known = [...new Set([...given, ...(await this.templates.all()).map((template) => template.name)])];
      const expected = known.length === 0 ? 'one that is applied with it, or was before' : `one of ${known.toSorted().join(', ')}`; // prettier-ignore
      const message = `there is no template "${name}"; expected ${expected}`;
      throw refused([{ path: 'spec.strategy.template', message }]);
    }
    const result = parseTemplate(found.manifest);
    if (!result.ok) throw refused(result.problems);
    return { template: result.template, revision: found.revision };
  }
}

const refused = (problems: readonly Problem[]): HttpProblem =>
  new HttpProblem(400, 'the manifest is refused; nothing was changed', problems);
