import fc from 'fast-check';
import { operations, type Operation } from '../operations.js';
import { nearly, oddJson, oddText, oddValue } from './odd-values.js';

/** A request to one of the routes, near what it takes or far from it. */
export interface AnyRequest {
  readonly operation: Operation;
  /** With the query. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What there is to ask for. */
export interface Known {
  readonly endpoints: readonly string[];
  /** One that may be deleted: the others stay, or nothing would be left to ask for. */
  readonly passing: string;
  readonly ids: readonly string[];
  readonly digests: readonly string[];
  readonly manifest: (name: string) => object;
  readonly template: (name: string) => object;
}

const moments = ['2026-01-01T00:00:00Z', '0001-01-01', '+275760-09-13T00:00:00Z', '-271821-04-20T00:00:00Z', '1e15'];
/** By name: what a parameter, or a header, is like. */
const likely: Readonly<Record<string, readonly string[]>> = {
  limit: ['1', '1000', '1001', '0', '1.5'],
  before: ['1', '5', '9007199254740993'],
  after: ['', '0', 'a', '3'],
  from: moments,
  to: moments,
  since: moments,
  view: ['served_predictions', 'experiment_log', 'shadow_comparisons', 'predictions'],
  rollout: ['1', '999999999', '0'],
  wait: ['1ms', '0s', '0.5ms', '11m', '-1s'],
  dryRun: ['true', 'false', '', 'yes'],
  force: ['true', 'false'],
  retry: ['true', 'false'],
  topic: ['predictions', 'understudy.predictions'],
  reason: ['json', ''],
  accept: ['*/*', 'application/yaml', 'text/event-stream', 'nonsense'],
  'x-actor': ['ann', 'bob'],
  'if-match': ['"r1"', '"r1-abc"', '*', 'W/"r2"', '"r999999999"', '"abc"'],
  'if-none-match': ['*', '"r1"', 'W/"x", "y"'],
  'last-event-id': ['0', '7', '-1'],
};

/** Bodies that would be taken, by the end of the path. */
const bodies: Readonly<Record<string, object>> = {
  promote: { reason: 'it is time', version: 'v2' },
  'set-weight': { version: 'v2', weight: 0.2 },
  'add-arm': { version: 'v3', actor: 'ann' },
  'retire-arm': { version: 'v3' },
  pin: { when: { header: 'x-tenant', equals: 'acme' }, version: 'v1' },
  unpin: { when: { routingKey: 'ann' }, reason: 'done' },
  'unknown-requests': { ids: ['a', 'b'] },
  backtests: { version: 'v3', champion: 'v1', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z', minSamples: 5, alpha: 0.1 },
  replay: { ids: ['0-0', '0-1'], reason: 'mended' },
}; // prettier-ignore

/** Any request to any of the routes. */
export const anyRequest = (known: Known): fc.Arbitrary<AnyRequest> =>
  fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      address: addressOf(operation, known),
      headers: headersOf(operation),
      body: bodyOf(operation, known),
    }),
  );

function addressOf({ method, path, query = {} }: Operation, known: Known): fc.Arbitrary<string> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const isGone = method === 'delete' && /\{name\}$/.test(path);
  const there: Readonly<Record<string, readonly string[]>> = {
    name: isGone ? [known.passing] : [...known.endpoints, known.passing],
    id: known.ids,
    sha256: known.digests,
  };
  const segment = (name: string): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 7, arbitrary: fc.constantFrom(...(there[name] ?? [])) },
      { weight: 3, arbitrary: oddText.map(encoded) },
      { weight: 1, arbitrary: fc.constantFrom('%zz', '%00', '%ff', '%2e%2e%2fstatus') },
    );
  const asked = Object.keys(query).map((name) => fc.option(valuesOf(name), { nil: [], freq: 1 }).map((values) => values.map((value) => `${name}=${encoded(value)}`))); // prettier-ignore
  const surplus = fc.oneof(
    { weight: 9, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.tuple(oddText, oddText).map(([name, value]) => [`${encoded(name)}=${encoded(value)}`]) },
  );
  return fc.tuple(fc.tuple(...names.map(segment)), fc.tuple(...asked, surplus)).map(([segments, parameters]) => {
    const whole = names.reduce((address, name, i) => address.replace(`{${name}}`, () => segments[i] ?? ''), path);
    const text = parameters.flat().join('&');
    return text === '' ? whole : `${whole}?${text}`;
  });
}

/** Mostly one, now and then two of the same name. */
const valuesOf = (name: string): fc.Arbitrary<string[]> =>
  fc.oneof(
    { weight: 9, arbitrary: valueOf(name).map((value) => [value]) },
    { weight: 1, arbitrary: fc.array(valueOf(name), { minLength: 2, maxLength: 2 }) },
  );

const valueOf = (name: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...(likely[name] ?? ['x'])) }, { weight: 2, arbitrary: oddText });

/** A segment of dots would be taken out of the address before it is sent. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed()).replace(/^\.+$/, 'dots');

const types = ['application/json', 'application/yaml', 'text/plain', 'application/octet-stream', 'nonsense', 'a/b; c=d', 'application/JSON; charset=utf-16']; // prettier-ignore

function headersOf({ headers = {}, body }: Operation): fc.Arbitrary<Record<string, string>> {
  const given = fc.tuple(
    ...Object.keys(headers).map((name) =>
      fc.option(valueOf(name), { nil: undefined, freq: 1 }).map((value) => [name, value]),
    ),
  );
  const type = fc.oneof(
    { weight: 4, arbitrary: fc.constant(body?.schema === 'bytes' ? 'application/octet-stream' : 'application/json') },
    { weight: 1, arbitrary: fc.constantFrom(...types) },
  );
  return fc.tuple(given, type).map(([pairs, contentType]) => {
    const entries = [...pairs, ['content-type', contentType]].filter((pair): pair is [string, string] => pair[1] !== undefined); // prettier-ignore
    return Object.fromEntries(entries.map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '')]));
  });
}

function bodyOf({ method, path, body }: Operation, known: Known): fc.Arbitrary<string | undefined> {
  if (method === 'get' || method === 'head') return fc.constant(undefined);
  if (body?.schema === 'bytes') return fc.constantFrom('model', '', 'x'.repeat(10_000));
  const json = goodBody(path, body, known).chain(nearly).map(jsonOf);
  return fc.oneof(
    { weight: 8, arbitrary: json },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: oddValue.map(jsonOf) },
    { weight: 1, arbitrary: fc.tuple(json, fc.nat(200)).map(([text, length]) => text?.slice(0, length)) },
    { weight: 1, arbitrary: fc.constantFrom('', ' ', '{', '- a\n- b: [', '&a [*a, *a]', '\0', '---\n---\n', '!!binary x') },
  ); // prettier-ignore
}

const jsonOf = (value: unknown): string | undefined => (value === undefined ? undefined : oddJson(value));

function goodBody(path: string, body: Operation['body'], known: Known): fc.Arbitrary<unknown> {
  const names = fc.constantFrom(...known.endpoints, known.passing);
  if (path.includes('/templates/')) return names.map(known.template);
  const manifest = names.map(known.manifest);
  if (body?.schema === 'manifest') return manifest;
  if (body?.schema === 'manifests') return fc.oneof(manifest, fc.uniqueArray(names).map((some) => some.map(known.manifest)));
  return fc.constant(bodies[path.slice(path.lastIndexOf('/') + 1)] ?? { reason: 'why not', actor: 'ann' });
} // prettier-ignore
