import { z } from 'zod';
import { appNames } from '../../dist/libs/contracts/index.js';

/** A page of every environment variable, from the schemas that the services check at start. */
export async function environmentPage() {
  const variables = new Map();
  for (const app of appNames) {
    const module = await import(`../../dist/apps/${app}/src/config.js`);
    const schema = Object.values(module).find((value) => value instanceof z.ZodObject);
    if (schema === undefined) throw new Error(`apps/${app}/src/config.ts exports no zod object with its environment`);
    const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    for (const [name, property] of Object.entries(properties ?? {})) {
      const known = variables.get(name) ?? { description: '', values: [] };
      known.description ||= property.description ?? '';
      known.values.push({ app, default: property.default });
      variables.set(name, known);
    }
  }
  const rows = [...variables]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { description, values }]) => {
      const everywhere = new Set(values.map((value) => JSON.stringify(value.default))).size === 1;
      const show = (value) => (value === undefined ? '–' : `\`${value}\``);
      const defaults = everywhere
        ? show(values[0].default)
        : values.map((value) => `${value.app}: ${show(value.default)}`).join(', ');
      const readers = values.length === appNames.length ? 'all' : values.map((value) => value.app).join(', ');
      return `| \`${name}\` | ${readers} | ${defaults} | ${description} |`;
    });
  return [
    '# Environment',
    '',
    'Generated from the services’ own checks by `npm run generate`. A service that finds something wrong in its environment',
    'prints all of it at once and does not start.',
    '',
    '| variable | services | default | what |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
