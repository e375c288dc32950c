import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { ApplyConflict, TemplateReport, TemplateView } from '#contracts';
import { templateDifferences } from '#manifests';
import { HttpProblem } from '../api/http-problem.js';
import { TemplatesRepository, type RevisedTemplate } from '../templates/templates.repository.js';

/** How a template is applied. */
interface HowToApply {
  readonly actor: string;
  /** Over what somebody else has applied since. */
  readonly force: boolean;
  /** Endpoints that are applied with it. */
  readonly endpoints: readonly string[];
}

/** Puts a template in place, and says what that changed. */
@Injectable()
export class ApplyTemplate {
  constructor(private readonly templates: TemplatesRepository) {}

  /** @param revised with the revision that endpoints applied with it were made of; @throws HttpProblem 409 where it is another one by now */
  async applyIn(
    client: pg.PoolClient,
    { template, revision }: RevisedTemplate,
    { actor, force, endpoints }: HowToApply,
  ): Promise<TemplateReport> {
    const { before, after } = await this.templates.putIn(client, template, actor);
    if (after.revision !== revision) {
      const message = `the template was changed meanwhile: revision ${after.revision} in place of ${revision}; try again`;
      throw new HttpProblem(409, message);
    }
    const changed = before?.revision !== revision;
    const conflict = changed && !force ? newerTemplate(before, actor, template.madeFrom) : undefined;
    return {
      kind: 'Template',
      name: template.name,
      action: before === undefined ? 'created' : changed ? 'changed' : 'unchanged',
      revision,
      differences: before === undefined ? [] : templateDifferences(before.manifest as object, template.source),
      usedBy: after.usedBy.map(({ endpoint }) => endpoint).filter((name) => !endpoints.includes(name)),
      ...(conflict !== undefined && { conflict }),
    };
  }
}

/** What somebody else has applied that the actor does not know of: as with endpoints, whoever applied last knows everything. */
function newerTemplate(
  before: TemplateView | undefined,
  actor: string,
  madeFrom: number | undefined,
): ApplyConflict | undefined {
  if (before === undefined || before.updatedBy === actor || before.revision <= (madeFrom ?? 0)) return undefined;
  return { revision: before.revision, actor: before.updatedBy, at: before.updatedAt };
}
