import type { z } from 'zod';
import { backtestPrediction } from './backtest.js';
import { endpointEvent } from './control.js';
import { evidence } from './evidence.js';
import { groundTruth, heartbeat, prediction, versionRecord } from './messages.js';
import type { AppName } from './names.js';
import { trafficPlan } from './plan.js';

/**
 * How instances of a service read a topic: `shared` by one consumer group, committed; `broadcast` by each for itself,
 * from the beginning and uncommitted; `replies` by each one partition of it, from its end.
 */
export type Delivery = 'shared' | 'broadcast' | 'replies' | 'none';

export interface TopicDefinition {
  /** Name without the prefix; `<endpoint>` and `<version>` stand for a topic per endpoint or per version. */
  readonly name: string;
  readonly description: string;
  /** What the record's key is. */
  readonly key: string;
  /** Schema of the value; null where it is the caller's own body (V1 or V2). */
  readonly schema: z.ZodType | null;
  readonly partitions: number;
  /** Kafka topic settings. */
  readonly config: Readonly<Record<string, string>>;
  readonly delivery: Delivery;
  readonly writers: readonly (AppName | 'upstream')[];
  readonly readers: readonly AppName[];
}

const week = String(7 * 24 * 3_600_000);
const day = String(24 * 3_600_000);
/**
 * Bodies of up to 1 MiB come over HTTP, and a row of the log holds the question and its answer: more than the 1 MiB that
 * a broker takes in one record or batch by default.
 */
const large = { 'max.message.bytes': String(8 * 1024 ** 2) };
const compacted = { 'cleanup.policy': 'compact', 'segment.ms': '600000', 'min.cleanable.dirty.ratio': '0.1' };
const topic = (definition: TopicDefinition): TopicDefinition => definition;

/** Every topic: the one place that names its key, schema, partitions, retention, writers and readers. */
export const topics = {
  requests: topic({
    name: 'requests.<endpoint>',
    description: 'Requests for an endpoint, from the ingress, from upstream systems and as second attempts.',
    key: 'routing key, else none or whatever upstream likes; a key that is no routing key is the request id',
    schema: null,
    partitions: 8,
    config: { ...large, 'retention.ms': day },
    delivery: 'shared',
    writers: ['ingress', 'model-worker', 'upstream'],
    readers: ['router'],
  }),
  work: topic({
    name: 'work.<endpoint>.<version>',
    description: 'Requests that the router gave to a version; the header understudy-decision says how.',
    key: 'request id',
    schema: null,
    partitions: 8,
    config: { ...large, 'retention.ms': day },
    delivery: 'shared',
    writers: ['router'],
    readers: ['model-worker'],
  }),
  replies: topic({
    name: 'replies',
    description: 'Answers for the ingress; it drops those whose correlation id is not its own.',
    key: 'correlation id',
    schema: null,
    partitions: 16,
    config: { ...large, 'retention.ms': '600000', 'segment.ms': '600000' },
    delivery: 'replies',
    writers: ['model-worker', 'router'],
    readers: ['ingress'],
  }),
  predictions: topic({
    name: 'predictions',
    description: 'Every prediction made, failed or expired, one record a row of the log.',
    key: 'request id',
    schema: prediction,
    partitions: 8,
    config: { ...large, 'retention.ms': week },
    delivery: 'shared',
    writers: ['model-worker'],
    readers: ['recorder'],
  }),
  backtest: topic({
    name: 'backtest.<endpoint>.<version>',
    description:
      'Logged requests that a version is to answer as a shadow of the past; read only while no live work waits.',
    key: 'request id',
    schema: null,
    partitions: 8,
    config: { ...large, 'retention.ms': day },
    delivery: 'shared',
    writers: ['deployer'],
    readers: ['model-worker'],
  }),
  backtestPredictions: topic({
    name: 'backtest-predictions',
    description: 'What versions answered to requests of the past, one record a row of backtest_predictions.',
    key: 'request id',
    schema: backtestPrediction,
    partitions: 8,
    config: { ...large, 'retention.ms': day },
    delivery: 'shared',
    writers: ['model-worker'],
    readers: ['recorder'],
  }),
  groundTruth: topic({
    name: 'ground-truth',
    description: 'What turned out to be true of a request.',
    key: 'request id',
    schema: groundTruth,
    partitions: 8,
    config: { 'retention.ms': week },
    delivery: 'shared',
    writers: ['ingress', 'upstream'],
    readers: ['feedback'],
  }),
  evidence: topic({
    name: 'evidence',
    description: 'Whole snapshots of what is known of the present rollout.',
    key: 'endpoint',
    schema: evidence,
    partitions: 1,
    config: { ...compacted },
    delivery: 'broadcast',
    writers: ['feedback'],
    readers: ['deployer'],
  }),
  plans: topic({
    name: 'plans',
    description: 'Traffic plans: what the routers execute.',
    key: 'endpoint',
    schema: trafficPlan,
    partitions: 1,
    config: { ...compacted },
    delivery: 'broadcast',
    writers: ['deployer'],
    readers: ['ingress', 'router', 'model-worker', 'deployer'],
  }),
  versions: topic({
    name: 'versions',
    description: 'Model versions to load; a null value: gone.',
    key: '<endpoint>/<version>',
    schema: versionRecord,
    partitions: 1,
    config: { ...compacted },
    delivery: 'broadcast',
    writers: ['deployer'],
    readers: ['ingress', 'router', 'model-worker'],
  }),
  heartbeats: topic({
    name: 'heartbeats',
    description: 'Who lives, with which versions, partitions and plan epochs; which deployer leads.',
    key: 'instance',
    schema: heartbeat,
    partitions: 1,
    config: { 'retention.ms': '60000', 'segment.ms': '60000' },
    delivery: 'broadcast',
    writers: ['ingress', 'router', 'model-worker', 'recorder', 'feedback', 'deployer'],
    readers: ['ingress', 'router', 'deployer'],
  }),
  events: topic({
    name: 'events',
    description:
      'What happened to endpoints, in the order in which it did, as CloudEvents 1.0 in binary mode: ce_type is understudy.endpoint.<type>, ce_subject the endpoint, ce_id the number of the event; a repeat has the same one.',
    key: 'endpoint',
    schema: endpointEvent,
    partitions: 1,
    config: { ...large, 'retention.ms': week },
    delivery: 'none',
    writers: ['deployer'],
    readers: [],
  }),
  deadLetters: topic({
    name: 'dead-letters',
    description: 'Records that could not be read, as they came, with reason and origin in the headers.',
    key: 'as it came',
    schema: null,
    partitions: 1,
    config: { ...large, 'retention.ms': week },
    delivery: 'none',
    writers: ['ingress', 'router', 'model-worker', 'recorder', 'feedback', 'deployer'],
    readers: [],
  }),
} as const;

export type TopicId = keyof typeof topics;

/** Parts of a topic's name that stand for an endpoint and a version. */
export interface TopicParameters {
  readonly endpoint?: string;
  readonly version?: string;
}

/** The topic's name in Kafka, e.g. `understudy.work.digits.v1`. Throws where a parameter of the name is missing. */
export function topicName(prefix: string, id: TopicId, parameters: TopicParameters = {}): string {
  const name = topics[id].name.replaceAll(/<(endpoint|version)>/g, (_, parameter: 'endpoint' | 'version') => {
    const value = parameters[parameter];
    if (value === undefined) throw new Error(`topic "${id}" needs a parameter "${parameter}"`);
    return value;
  });
  return `${prefix}.${name}`;
}

/** Topics that an app reads: its handlers must be exactly these. */
export function topicsReadBy(app: AppName): TopicId[] {
  return (Object.keys(topics) as TopicId[]).filter((id) => topics[id].readers.includes(app));
}
