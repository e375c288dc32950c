import { describe, expect, it } from 'vitest';
import { breakingChanges, type ApiDescription } from './api-changes.mjs';

interface Operation {
  readonly parameters?: object[];
  readonly body?: object;
  readonly required?: boolean;
  readonly answer?: object;
}
const json = (schema: object) => ({ content: { 'application/json': { schema } } });

/** One operation, `PUT /things`. */
const api = ({ parameters = [], body, required = false, answer = {} }: Operation, schemas = {}): ApiDescription => ({
  paths: {
    '/things': {
      put: {
        parameters,
        ...(body === undefined ? {} : { requestBody: { required, ...json(body) } }),
        responses: { 200: json(answer), 400: json({ type: 'string' }) },
      },
    },
  },
  components: { schemas },
});
const object = (properties: object, required: string[] = [], more: object = {}) => ({
  type: 'object',
  properties,
  required,
  ...more,
});
const [text, integer, number] = [{ type: 'string' }, { type: 'integer' }, { type: 'number' }];
const changes = (before: Operation, after: Operation): string[] =>
  breakingChanges(api(before), api(after)).map((change) => change.replace('PUT /things: ', ''));
const sent = (before: object, after: object): string[] => changes({ body: before }, { body: after });
const read = (before: object, after: object): string[] => changes({ answer: before }, { answer: after });

describe('what breaks callers', () => {
  it('is a path, an operation or a parameter that is gone', () => {
    expect(breakingChanges(api({}), { paths: {} })).toEqual(['PUT /things is gone']);
    expect(breakingChanges(api({}), { paths: { '/things': { get: {} } } })).toEqual(['PUT /things is gone']);
    expect(changes({ parameters: [{ name: 'wait', in: 'query' }] }, {})).toEqual(['query parameter "wait" is gone']);
  });

  it('is what is required and was not', () => {
    const wait = { name: 'wait', in: 'query' };
    const required = 'query parameter "wait" is required now';
    expect(changes({ parameters: [wait] }, { parameters: [{ ...wait, required: true }] })).toEqual([required]);
    expect(changes({}, { parameters: [{ ...wait, required: true }] })).toEqual([required]);
    expect(changes({ body: text }, { body: text, required: true })).toEqual(['a body is required now']);
    expect(sent(object({ a: text }), object({ a: text, b: text }, ['b']))).toEqual(['body.b is required now']);
    expect(sent(object({ a: object({}) }), object({ a: object({ b: text }, ['b']) }))).toEqual(['body.a.b is required now']); // prettier-ignore
  });

  it('is a body that is taken no more, or only in part', () => {
    expect(changes({ body: text }, {})).toEqual(['takes no body any more']);
    const strict = { additionalProperties: false };
    expect(sent(object({ a: text }, [], strict), object({}, [], strict))).toEqual(['body.a is not taken any more']);
    expect(sent(number, integer)).toEqual(['body: was number, is integer']);
    expect(sent({}, text)).toEqual(['body: was anything, is string']);
    expect(sent({ type: 'string', enum: ['a', 'b'] }, { type: 'string', enum: ['a'] })).toEqual(['body: b is not taken any more']); // prettier-ignore
    expect(sent({ type: 'integer', maximum: 9 }, { type: 'integer', maximum: 8, minimum: 0 })).toEqual(['body: minimum is 0 now', 'body: maximum is 8 now']); // prettier-ignore
    expect(sent(text, { type: 'string', pattern: '^a' })).toEqual(['body: has to match ^a now']);
    expect(sent({ anyOf: [text, number] }, text)).toEqual(['body: number is not taken as it was']);
    expect(sent({ type: 'array', items: number }, { type: 'array', items: text })).toEqual(['body[]: was number, is string']); // prettier-ignore
  });

  it('is an answer that says less, or something else', () => {
    expect(read(object({ a: text }, ['a']), object({}))).toEqual(['answer 200.a is gone']);
    expect(read(object({ a: text }, ['a']), object({ a: text }))).toEqual(['answer 200.a may be missing now']);
    expect(read(integer, number)).toEqual(['answer 200: was integer, is number']);
    expect(read(text, {})).toEqual(['answer 200: was string, is anything']);
    expect(read(text, { anyOf: [text, { type: 'null' }] })).toEqual(['answer 200: may be null now']);
    const list = (items: object) => ({ type: 'array', items });
    expect(read(list(object({ a: text })), list(object({})))).toEqual(['answer 200[].a is gone']);
    const named = (schema: object) => api({ answer: { $ref: '#/components/schemas/Thing' } }, { Thing: schema });
    expect(breakingChanges(named(object({ a: text })), named(object({ b: text })))).toEqual(['PUT /things: answer 200.a is gone']); // prettier-ignore
  });
});

describe('what breaks nobody', () => {
  it('is the same again, and whatever comes in addition', () => {
    const whole = api({ parameters: [{ name: 'wait', in: 'query' }], body: text, answer: object({ a: text }, ['a']) });
    expect(breakingChanges(whole, whole)).toEqual([]);
    expect(breakingChanges(whole, { ...whole, paths: { ...whole.paths, '/more': { get: {} } } })).toEqual([]);
    expect(changes({}, { parameters: [{ name: 'wait', in: 'query' }], body: text })).toEqual([]);
    expect(sent(object({ a: text }, ['a']), object({ a: text, b: text }))).toEqual([]);
    expect(read(object({ a: text }), object({ a: text, b: text }, ['a', 'b']))).toEqual([]);
  });

  it('is to take more, and to say it more exactly', () => {
    expect(sent(integer, number)).toEqual([]);
    expect(sent(text, { anyOf: [text, number] })).toEqual([]);
    expect(sent({ enum: ['a'] }, { enum: ['a', 'b'] })).toEqual([]);
    expect(sent({ type: 'string', maxLength: 5, pattern: '^a' }, { type: 'string', maxLength: 6 })).toEqual([]);
    expect(read(number, integer)).toEqual([]);
    expect(read({}, text)).toEqual([]);
    expect(read({ anyOf: [text, { type: 'null' }] }, text)).toEqual([]);
    expect(read({ type: 'string', enum: ['a'] }, { type: 'string', enum: ['a', 'b'] })).toEqual([]);
  });
});
