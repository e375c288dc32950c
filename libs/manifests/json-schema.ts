import { z } from 'zod';
import { manifestEnvelope } from '#contracts';
import { metrics } from '#scoring';
import { strategies } from '#strategies';

/**
 * JSON Schema (2020-12) of a manifest as it is written, for editors' completion: the envelope with each registered strategy
 * under its name. What a schema cannot say, such as that a version is listed, `parseManifest` says.
 */
export function manifestJsonSchema(): object {
  const schema = z.toJSONSchema(manifestEnvelope, { io: 'input', unrepresentable: 'any' }) as unknown as Envelope;
  const spec = schema.properties.spec.properties;
  const known = strategies.map(({ name, specSchema }) => ({
    type: 'object',
    properties: { [name]: z.toJSONSchema(specSchema, { io: 'input', unrepresentable: 'any' }) },
    required: [name],
    additionalProperties: false,
  }));
  spec['strategy'] = { description: 'Exactly one strategy.', oneOf: known };
  const truth = spec['truth'] as { properties: Record<string, object> };
  truth.properties['metric'] = { ...truth.properties['metric'], enum: metrics.map(({ name }) => name) };
  return { title: 'Understudy endpoint', ...schema };
}

interface Envelope {
  properties: { spec: { properties: Record<string, object> } };
}
