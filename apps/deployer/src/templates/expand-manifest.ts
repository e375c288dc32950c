import { Injectable } from '@nestjs/common';
import { expandTemplate, parseTemplate, readManifestText, templateNameIn, type Problem } from '#manifests';
import { HttpProblem } from '../api/http-problem.js';
import { TemplatesRepository } from './templates.repository.js';

/** Puts the template that a manifest refers to in the place of the reference: whatever comes after knows of no templates. */
@Injectable()
export class ExpandManifest {
  constructor(private readonly templates: TemplatesRepository) {}

  /**
   * @param body YAML or JSON text, or an object
   * @returns the same where it refers to none
   * @throws HttpProblem 400 where there is no such template, or it cannot be used so
   */
  async expand(body: unknown): Promise<unknown> {
    const source = readManifestText(body);
    if (typeof source !== 'object' || source === null) return body;
    if ('template' in ((source as { spec?: object | null }).spec ?? {})) {
      const message = 'the deployer’s to say; expected spec.strategy: { template: NAME, candidate: VERSION }';
      throw refused([{ path: 'spec.template', message }]);
    }
    const name = templateNameIn(source);
    if (name === undefined) return body;
    const found = await this.templates.get(name);
    if (found === undefined) {
      const known = (await this.templates.all()).map((template) => template.name);
      const message = `there is no template "${name}"; expected ${known.length === 0 ? 'one that was applied before' : `one of ${known.join(', ')}`}`;
      throw refused([{ path: 'spec.strategy.template', message }]);
    }
    const template = parseTemplate(found.manifest);
    const expanded = template.ok ? expandTemplate(source, template.template, found.revision) : template;
    if (!expanded.ok) throw refused(expanded.problems);
    return expanded.value;
  }
}

const refused = (problems: readonly Problem[]): HttpProblem =>
  new HttpProblem(400, 'the manifest is refused; nothing was changed', problems);
