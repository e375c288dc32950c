import { z } from 'zod';
import { manifestEnvelope, templateEnvelope, templateReference } from '#contracts';
import { metrics } from '#scoring';
import { strategies } from '#strategies';

/** JSON Schema (2020-12) of what `apply` takes, for editors' completion: `kind` says which. */
export const manifestJsonSchema = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Understudy manifest',
  oneOf: [endpointJsonSchema(), templateJsonSchema()],
});

/**
 * JSON Schema of an endpoint's manifest as it is written: the envelope with each registered strategy
 * under its name. What a schema cannot say, such as that a version is listed, `parseManifest` says.
 */
function endpointJsonSchema(): object {
  const schema = schemaOf(manifestEnvelope);
  const spec = schema.properties.spec.properties;
  const known = strategies.map(({ name, specSchema }) => oneField(name, schemaOf(specSchema)));
  delete spec['template'];
  const reference = schemaOf(templateReference);
  spec['strategy'] = { description: 'Exactly one strategy, or a template.', oneOf: [...known, reference] };
  const truth = spec['truth'] as { properties: Record<string, object> };
  truth.properties['metric'] = { ...truth.properties['metric'], enum: metrics.map(({ name }) => name) };
  return { title: 'Understudy endpoint', ...schema };
}

/** JSON Schema of a template: the strategies as in an endpoint, with the versions left out. */
function templateJsonSchema(): object {
  const schema = schemaOf(templateEnvelope);
  const known = strategies.map(({ name, specSchema }) => {
    const { required: _, ...settings } = schemaOf(specSchema) as { required?: unknown };
    return oneField(name, settings);
  });
  schema.properties.spec.properties['strategy'] = {
    description: 'Exactly one strategy, without versions.',
    oneOf: known,
  };
  return { title: 'Understudy template', ...schema };
}

const schemaOf = (schema: z.ZodType): Envelope =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as unknown as Envelope;

const oneField = (name: string, schema: object): object => ({
  type: 'object',
  properties: { [name]: schema },
  required: [name],
  additionalProperties: false,
});

interface Envelope {
  properties: { spec: { properties: Record<string, object> } };
}
