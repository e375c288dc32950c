import { z } from 'zod';
import {
  applyAnswer,
  backtestRequest,
  backtestView,
  brokenGlass,
  deadLetterView,
  endpointEvent,
  endpointSummary,
  endpointView,
  loggedRequest,
  planView,
  replayReport,
  replayRequest,
  rolloutView,
  statusView,
  steeringBodies,
  templateView,
  wholeDeadLetter,
} from '#contracts';

type Media = 'application/json' | 'application/yaml' | 'application/x-ndjson' | 'application/octet-stream';

/** One route of the control API. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'head';
  readonly path: string;
  readonly summary: string;
  /** By name: what it says. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly schema: z.ZodType | 'manifest' | 'manifests' | 'bytes'; readonly required: boolean };
  /** Of success, by status; null where there is no body, a text where its form is not prescribed. */
  readonly answers: Readonly<Record<number, z.ZodType | string | null>>;
  readonly media?: Media;
  /** Errors beside those that any route of its kind may answer with. */
  readonly errors?: readonly number[];
}

/** Every status that is an error, in order: of any route, of those with a name in their address, of those that a body can be sent to, and its own. */
export const refusalsOf = ({ method, path, errors = [] }: Operation): number[] =>
  [
    ...[400, 500, 503],
    ...(path.includes('{') ? [404, 414] : []),
    ...(method === 'get' || method === 'head' ? [] : [413, 415]),
    ...errors,
  ].toSorted((a, b) => a - b);

const limit = { limit: 'How many at most: 1 to 1000.' };
const times = { from: 'Requests from then on (ISO 8601).', to: 'Requests before then (ISO 8601).' };
const wait = { wait: 'Answer when routers and workers have it, or after this long, such as "30s".' };
const actor = { 'x-actor': 'Who does it, for the history.' };
const ifMatch = { 'if-match': 'Only if this revision is in force, as a tag, such as "r7".' };
const endpoints = '/api/v1/endpoints';
const endpoint = `${endpoints}/{name}`;
const byWhom = steeringBodies.pause;
const deletedEndpoint = z.object({ name: z.string(), deleted: z.literal(true), epoch: z.int() });
const storedArtifact = z.object({ sha256: z.string(), bytes: z.int() });
const eventQuery = {
  ...limit,
  before: 'Only events with a smaller id: the cursor of the next page, as the header `link` has it.',
  after: 'For a stream: the last id that was seen.',
};
const eventHeaders = {
  accept: '`text/event-stream` follows events as they happen.',
  'last-event-id': 'For a stream: the last id that was seen.',
};

/** Every route of the control API: one line more for a new one. A test compares them with the controllers. */
export const operations: readonly Operation[] = [
  { method: 'post', path: '/api/v1/apply', summary: 'Apply manifests, all or none; or say what would change.', query: { ...wait, dryRun: 'Do all of it, say what that was, and take it back.', force: 'Over what somebody else has applied since.', retry: 'Try a version again that failed.' }, headers: actor, body: { schema: 'manifests', required: true }, answers: { 200: applyAnswer, 202: applyAnswer }, errors: [409, 422] },
  { method: 'get', path: endpoints, summary: 'List endpoints, by name; the header `link` names the next page.', query: { ...limit, after: 'Only names after it: the cursor of the next page.' }, answers: { 200: z.array(endpointSummary) } },
  { method: 'get', path: endpoint, summary: 'Look at an endpoint. Its tag begins with the revision.', headers: { 'if-none-match': 'Tags that are known: then 304.' }, answers: { 200: endpointView } },
  { method: 'put', path: endpoint, summary: 'Apply one manifest.', query: { ...wait, retry: 'Try a version again that failed.' }, headers: { ...actor, ...ifMatch }, body: { schema: 'manifest', required: true }, answers: { 200: endpointView, 201: endpointView, 202: endpointView }, errors: [409, 412, 422] },
  { method: 'delete', path: endpoint, summary: 'Take an endpoint out of service; its log stays.', headers: { ...actor, ...ifMatch }, body: { schema: byWhom, required: false }, answers: { 200: deletedEndpoint }, errors: [412] },
  { method: 'get', path: `${endpoint}/manifest`, summary: 'The manifest in force, as `apply` takes it; YAML where that is accepted.', answers: { 200: 'A manifest.' } },
  ...Object.entries(steeringBodies).map(([verb, schema]): Operation => ({
    method: 'post', path: `${endpoint}/${verb}`, summary: `Steer an endpoint: ${verb}.`, headers: { ...actor, ...ifMatch }, body: { schema, required: false }, answers: verb === 'rollback' ? { 200: endpointView, 202: brokenGlass } : { 200: endpointView }, errors: [409, 412, 422],
  })),
  { method: 'post', path: `${endpoint}/approve`, summary: 'Approve the move that a gate holds.', headers: actor, body: { schema: byWhom, required: false }, answers: { 200: endpointView }, errors: [409] },
  { method: 'get', path: '/api/v1/events', summary: 'What happened to all endpoints, newest first; or as it happens.', query: eventQuery, headers: eventHeaders, answers: { 200: z.array(endpointEvent) }, errors: [429] },
  { method: 'get', path: `${endpoint}/events`, summary: 'What happened to an endpoint, newest first; or as it happens.', query: eventQuery, headers: eventHeaders, answers: { 200: z.array(endpointEvent) }, errors: [429] },
  { method: 'get', path: `${endpoint}/rollouts`, summary: 'Its rollouts, newest first.', query: limit, answers: { 200: z.array(rolloutView) } },
  { method: 'get', path: `${endpoint}/plans`, summary: 'Its traffic plans, newest first.', query: { ...limit, rollout: 'Only of this one.' }, answers: { 200: z.array(planView) } },
  { method: 'get', path: `${endpoint}/log`, summary: 'A view of its log, line by line.', query: { ...times, view: 'Which view.' }, answers: { 200: 'Lines of the view.' }, media: 'application/x-ndjson', errors: [429] },
  { method: 'get', path: `${endpoint}/experiment-log`, summary: 'Scored requests with their propensities, line by line.', query: times, answers: { 200: loggedRequest }, media: 'application/x-ndjson', errors: [429] },
  { method: 'post', path: `${endpoint}/unknown-requests`, summary: 'Which of these requests the log does not know.', body: { schema: z.object({ ids: z.array(z.string()).max(10_000) }), required: true }, answers: { 200: z.object({ unknown: z.array(z.string()) }) } },
  { method: 'get', path: `${endpoint}/backtests`, summary: 'Its backtests, newest first.', query: limit, answers: { 200: z.array(backtestView) } },
  { method: 'post', path: `${endpoint}/backtests`, summary: 'Start a backtest.', headers: actor, body: { schema: backtestRequest, required: true }, answers: { 202: backtestView }, errors: [409, 422] },
  { method: 'get', path: `${endpoint}/backtests/{id}`, summary: 'Look at a backtest.', answers: { 200: backtestView } },
  { method: 'delete', path: `${endpoint}/backtests/{id}`, summary: 'Remove a backtest with its answers.', answers: { 200: z.object({ id: z.int(), deleted: z.literal(true) }) }, errors: [409] },
  { method: 'post', path: `${endpoint}/backtests/{id}/cancel`, summary: 'Cancel a backtest.', answers: { 200: backtestView }, errors: [409] },
  { method: 'post', path: `${endpoint}/backtests/{id}/resume`, summary: 'Resume a backtest.', answers: { 200: backtestView }, errors: [409] },
  { method: 'get', path: '/api/v1/status', summary: 'How the whole system is.', answers: { 200: statusView } },
  { method: 'get', path: '/api/v1/dead-letters', summary: 'Records that could not be read, newest first.', query: { ...limit, topic: 'Only of this one.', reason: 'Only with this in their reason.', since: 'Only from then on (ISO 8601).' }, answers: { 200: z.array(deadLetterView) } },
  { method: 'get', path: '/api/v1/dead-letters/{id}', summary: 'Look at a dead letter.', answers: { 200: wholeDeadLetter } },
  { method: 'post', path: '/api/v1/dead-letters/replay', summary: 'Send dead letters to where they came from.', headers: actor, body: { schema: replayRequest, required: true }, answers: { 200: replayReport } },
  { method: 'get', path: '/api/v1/templates', summary: 'List templates, with the endpoints that use them.', answers: { 200: z.array(templateView) } },
  { method: 'get', path: '/api/v1/templates/{name}', summary: 'Look at a template.', answers: { 200: templateView } },
  { method: 'put', path: '/api/v1/templates/{name}', summary: 'Put a template in place.', headers: actor, body: { schema: 'manifest', required: true }, answers: { 200: templateView, 201: templateView } },
  { method: 'delete', path: '/api/v1/templates/{name}', summary: 'Remove a template that no endpoint uses.', answers: { 200: z.object({ name: z.string(), deleted: z.literal(true) }) }, errors: [409] },
  { method: 'head', path: '/api/v1/artifacts/{sha256}', summary: 'Whether an artifact is there.', answers: { 200: null }, errors: [501] },
  { method: 'get', path: '/api/v1/artifacts/{sha256}', summary: 'The bytes of an artifact.', answers: { 200: 'The bytes.' }, media: 'application/octet-stream', errors: [501] },
  { method: 'put', path: '/api/v1/artifacts/{sha256}', summary: 'Store an artifact under its digest.', headers: actor, body: { schema: 'bytes', required: true }, answers: { 200: storedArtifact, 201: storedArtifact }, errors: [422, 501] },
]; // prettier-ignore
