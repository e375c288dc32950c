import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { TemplateView } from '#contracts';
import type { Template } from '#manifests';
import { apiOf } from '../context.js';
import { print, tableOf } from '../output.js';

/** `templates list|show|delete`: ways of rolling out that endpoints share. `apply` puts them in place. */
export function registerTemplates(program: Command): void {
  const group = program
    .command('templates')
    .description('ways of rolling out that endpoints share: list, show, delete');
  group
    .command('list')
    .description('list templates, with who changed them last and which endpoints use them')
    .action(async (_options: object, command: Command) => {
      const templates = await apiOf(command).templates();
      print(command, templates, () => (templates.length === 0 ? 'no templates' : templatesTable(templates)));
    });
  group
    .command('show')
    .argument('<template>', 'its name')
    .description('print a template as it is in force: edit it and apply it again')
    .action(async (name: string, _options: object, command: Command) => {
      // Loaded where it is needed: other commands start the sooner.
      const { exportManifest } = await import('#manifests');
      const template = await apiOf(command).template(name);
      const manifest = exportManifest(template.manifest as Template['source'], template.revision);
      print(command, template, () => templateText(template, manifest));
    });
  group
    .command('delete')
    .argument('<template>', 'its name')
    .description('remove a template that no endpoint uses')
    .action(async (name: string, _options: object, command: Command) => {
      const answer = await apiOf(command).deleteTemplate(name);
      print(command, answer, () => `template ${name} is gone`);
    });
}

export function templatesTable(templates: readonly TemplateView[]): string {
  const rows = templates.map((template) => {
    const { name, revision, updatedAt, updatedBy } = template;
    return [name, strategyOf(template), String(revision), updatedAt, updatedBy, usersOf(template)];
  });
  return tableOf(['NAME', 'STRATEGY', 'REVISION', 'CHANGED', 'BY', 'USED BY'], rows);
}

/** The template as `apply` takes it, after a comment of what it does not say itself. */
export function templateText(template: TemplateView, manifest: object): string {
  const { updatedAt, updatedBy } = template;
  const about = `# changed ${updatedAt} by ${updatedBy}; used by ${usersOf(template)}`;
  return `${about}\n${stringify(manifest).trimEnd()}`;
}

const strategyOf = ({ manifest }: TemplateView): string =>
  Object.keys((manifest as Template['source']).spec.strategy).join(', ');

/** `digits, fraud (revision 2)`: with the revision that an endpoint was made of, where there is a newer one. */
const usersOf = ({ usedBy, revision }: TemplateView): string =>
  usedBy.length === 0
    ? 'none'
    : usedBy.map((user) => (user.revision === revision ? user.endpoint : `${user.endpoint} (revision ${user.revision})`)).join(', '); // prettier-ignore
