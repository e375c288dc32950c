import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { endpointName } from '#contracts';
import { manifestJsonSchema } from '#manifests';
import { namedAnswers } from './named-answers.js';
import { operations, refusalsOf, type Operation } from './operations.js';

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  error: z.string().describe('The same as `detail`.'),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** OpenAPI 3.1 of the control API, from its routes and the schemas that they check by. */
export function openApi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = describe(operation);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Understudy',
      version: '1',
      description: 'The control API of the deployer. Errors are problem details (RFC 9457).',
    },
    paths,
    components: {
      schemas: {
        Manifest: manifestJsonSchema(),
        Problem: schemaOf(problem, 'output'),
        ...Object.fromEntries(
          Object.entries(namedAnswers).map(([name, schema]) => [name, schemaOf(schema, 'output')] as const),
        ),
      },
    },
  };
}

function describe(operation: Operation): object {
  const { method, path, summary, query = {}, headers = {}, body, answers, media } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return {
    operationId: `${method} ${path.replace('/api/v1/', '')}`.replaceAll(/[^a-zA-Z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase()), // prettier-ignore
    summary,
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: pathSchema(name) })),
      ...Object.entries(query).map(([name, description]) => ({ name, in: 'query', description, schema: text })),
      ...Object.entries(headers).map(([name, description]) => ({ name, in: 'header', description, schema: text })),
    ],
    ...(body !== undefined && { requestBody: { required: body.required, content: bodyContent(body.schema) } }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, media ?? 'application/json')]),
      ...refusalsOf(operation).map((status) => [
        String(status),
        {
          description: STATUS_CODES[status],
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
    ]) as object,
  };
}

const text = { type: 'string' };

const pathSchema = (name: string): object => (name === 'name' ? schemaOf(endpointName) : text);

/** @param io as callers give it, or as they get it: then fields with defaults are always there, and more may come one day */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return rest;
}

const answerNames = new Map(Object.entries(namedAnswers).map(([name, schema]) => [schema, name]));

/** A reference to an answer that has a name, or to a list of such; else the schema itself. */
function answerSchema(schema: z.ZodType): object {
  const name = answerNames.get(schema);
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  if (schema instanceof z.ZodArray) return { type: 'array', items: answerSchema(schema.element as z.ZodType) };
  return schemaOf(schema, 'output');
}

function bodyContent(schema: NonNullable<Operation['body']>['schema']): object {
  const manifest = { $ref: '#/components/schemas/Manifest' };
  if (schema === 'bytes') return { 'application/octet-stream': { schema: {} } };
  if (schema === 'manifest') return { 'application/json': { schema: manifest }, 'application/yaml': { schema: text } };
  if (schema !== 'manifests') return { 'application/json': { schema: schemaOf(schema) } };
  const several = { oneOf: [manifest, { type: 'array', minItems: 1, items: manifest }] };
  return { 'application/json': { schema: several }, 'application/yaml': { schema: text } };
}

function answerOf(answer: z.ZodType | string | null, media: string): object {
  if (answer === null) return { description: 'Yes.' };
  if (typeof answer === 'string') return { description: answer, content: { [media]: { schema: {} } } };
  return { description: 'Done.', content: { [media]: { schema: answerSchema(answer) } } };
}
