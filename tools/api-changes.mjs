/**
 * What of a description of an API (OpenAPI 3.1) breaks those who were told of an earlier one. Callers may go on sending what they sent: no path, operation or
 * parameter goes, nothing is wanted that was not, nothing is narrower. They may go on reading what they read: no property goes or may be missing, none is of
 * another type. Whatever comes in addition breaks nobody, new words of an enumeration in answers included.
 *
 * @returns one sentence for each breaking change; none where there is none
 */
export function breakingChanges(before, after) {
  return entries(before.paths).flatMap(([path, methods]) =>
    entries(methods).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const now = after.paths[path]?.[method];
      if (now === undefined) return [`${name} is gone`];
      const documents = { before, after };
      return [
        ...parameterChanges(operation, now),
        ...bodyChanges(operation.requestBody, now.requestBody, documents),
        ...answerChanges(operation.responses, now.responses, documents),
      ].map((change) => `${name}: ${change}`);
    }),
  );
}

const entries = (record = {}) => Object.entries(record);

function parameterChanges({ parameters: before = [] }, { parameters: after = [] }) {
  const same = (one) => (other) => one.name === other.name && one.in === other.in;
  const words = (parameter) => `${parameter.in} parameter "${parameter.name}"`;
  return [
    ...before.filter((one) => !after.some(same(one))).map((one) => `${words(one)} is gone`),
    ...after
      .filter((one) => one.required === true && before.find(same(one))?.required !== true)
      .map((one) => `${words(one)} is required now`),
  ];
}

function bodyChanges(before, after, documents) {
  if (after === undefined) return before === undefined ? [] : ['takes no body any more'];
  const newlyRequired = after.required === true && before?.required !== true ? ['a body is required now'] : [];
  return [...newlyRequired, ...mediaChanges(before, after, documents, 'sent', 'body')];
}

function answerChanges(before, after, documents) {
  return entries(before)
    .filter(([status]) => status < '300')
    .flatMap(([status, answer]) =>
      after[status] === undefined
        ? [`answer ${status} is gone`]
        : mediaChanges(answer, after[status], documents, 'read', `answer ${status}`),
    );
}

function mediaChanges(before, after, documents, side, at) {
  return entries(before?.content).flatMap(([media, { schema }]) => {
    const now = after.content?.[media];
    return now === undefined ? [`${at}: ${media} is gone`] : schemaChanges(schema, now.schema, { documents, side, at });
  });
}

/** @param side `sent`: by callers, which must stay good; `read`: by callers, which must stay what it was */
function schemaChanges(given, givenNow, { documents, side, at }) {
  const before = resolved(given, documents.before);
  const after = resolved(givenNow, documents.after);
  const changesOf = (a, b, place = at) => schemaChanges(a, b, { documents, side, at: place });
  const [olds, news] = [alternatives(before), alternatives(after)];
  if (olds.length > 1 || news.length > 1) {
    if (side === 'sent')
      return olds.filter((old) => !news.some((one) => changesOf(old, one).length === 0)).map((old) => `${at}: ${words(old)} is not taken as it was`); // prettier-ignore
    return news.filter((one) => !olds.some((old) => changesOf(old, one).length === 0)).map((one) => `${at}: may be ${words(one)} now`); // prettier-ignore
  }
  const types = typeChanges(before, after, { side, at });
  if (types.length > 0) return types;
  return [
    ...(side === 'sent' ? limitChanges(before, after, at) : []),
    ...propertyChanges(before, after, { side, at }),
    ...entries(before.properties)
      .filter(([name]) => after.properties?.[name] !== undefined)
      .flatMap(([name, schema]) => changesOf(schema, after.properties[name], `${at}.${name}`)),
    ...(isSchema(before.items) && isSchema(after.items) ? changesOf(before.items, after.items, `${at}[]`) : []),
    ...(isSchema(before.additionalProperties) && isSchema(after.additionalProperties)
      ? changesOf(before.additionalProperties, after.additionalProperties, `${at}.*`)
      : []),
  ];
}

const isSchema = (value) => typeof value === 'object' && value !== null;

function resolved(schema, document) {
  const name = /^#\/components\/schemas\/(.+)$/.exec(schema.$ref ?? '')?.[1];
  return name === undefined ? schema : resolved(document.components.schemas[name], document);
}

const alternatives = (schema) => schema.anyOf ?? schema.oneOf ?? [schema];
const valuesOf = ({ enum: values, const: value }) => values ?? (value === undefined ? undefined : [value]);
const words = (schema) => valuesOf(schema)?.join(' or ') ?? schema.type ?? 'anything';

/** Undefined: any. */
function typesOf(schema) {
  if (schema.type !== undefined) return [schema.type].flat();
  return valuesOf(schema)?.map((value) => (value === null ? 'null' : typeof value));
}

/** A whole number is a number. */
const isAmong = (type, types) => types.includes(type) || (type === 'integer' && types.includes('number'));

function typeChanges(before, after, { side, at }) {
  const [wide, narrow] = side === 'sent' ? [after, before] : [before, after];
  const [allowed, needed] = [typesOf(wide), typesOf(narrow)];
  if (allowed === undefined) return [];
  const surplus = needed?.filter((type) => !isAmong(type, allowed));
  if (surplus?.length === 0) return [];
  return [
    `${at}: was ${typesOf(before)?.join(' or ') ?? 'anything'}, is ${typesOf(after)?.join(' or ') ?? 'anything'}`,
  ];
}

const lowest = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const highest = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];

function limitChanges(before, after, at) {
  const [old, values] = [valuesOf(before), valuesOf(after)];
  const lost = values === undefined ? [] : (old?.filter((value) => !values.includes(value)) ?? ['other values']);
  return [
    ...lost.map((value) => `${at}: ${value} is not taken any more`),
    ...lowest.filter((name) => after[name] > (before[name] ?? -Infinity)).map((name) => `${at}: ${name} is ${after[name]} now`), // prettier-ignore
    ...highest.filter((name) => after[name] < (before[name] ?? Infinity)).map((name) => `${at}: ${name} is ${after[name]} now`), // prettier-ignore
    ...(after.pattern !== undefined && after.pattern !== before.pattern ? [`${at}: has to match ${after.pattern} now`] : []),
  ];
} // prettier-ignore

function propertyChanges(before, after, { side, at }) {
  const missing = Object.keys(before.properties ?? {}).filter((name) => after.properties?.[name] === undefined);
  const [old, now] = [before.required ?? [], after.required ?? []];
  if (side === 'sent') {
    const refused = after.additionalProperties === false ? missing : [];
    return [
      ...refused.map((name) => `${at}.${name} is not taken any more`),
      ...now.filter((name) => !old.includes(name)).map((name) => `${at}.${name} is required now`),
    ];
  }
  return [
    ...missing.map((name) => `${at}.${name} is gone`),
    ...old.filter((name) => !now.includes(name) && !missing.includes(name)).map((name) => `${at}.${name} may be missing now`),
  ];
} // prettier-ignore
