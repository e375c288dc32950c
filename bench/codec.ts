import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import type {
  CreateProduceRequest,
  DecodeMessages,
  Decoder,
  Message,
  ProduceParameters,
} from '../libs/kafka/codec/internals.js';
import { fastDecodeMessages } from '../libs/kafka/codec/decode-batches.js';
import { fastProduceRequest } from '../libs/kafka/codec/produce-request.js';
import type { Benchmark, Context, Figure } from './benchmark.js';
import { payload } from './harness/payload.js';

const require = createRequire(import.meta.url);
const produce = require('kafkajs/src/protocol/requests/produce/v3/request') as CreateProduceRequest;
const decode = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages') as DecodeMessages;
const KafkajsDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;

const partitions = 8;
/** Before the first partition's batches in a produce request for topic `t`: transaction, acks, timeout, topics, name, partitions, number. */
const beforeRecords = 2 + 2 + 4 + 4 + 3 + 4 + 4;

/** What a record costs to write and to read, next to what it costs kafkajs as it was published. */
export const codec: Benchmark = {
  name: 'codec',
  title: 'Encoding and decoding of records',
  async run(context) {
    const figures: Figure[] = [];
    for (const each of [1, 50]) {
      const request = requestOf(each);
      const { buffer } = await produce(request).encode();
      const records = buffer.subarray(beforeRecords);
      const size = `${each} to a partition, ${(buffer.length / (each * partitions)).toFixed(0)} bytes each`;
      const encodeWith = (create: CreateProduceRequest) => () => create(request).encode();
      const decodeWith = (decodeMessages: DecodeMessages) => () => decodeMessages(new KafkajsDecoder(records));
      figures.push(
        await compare(
          context,
          `encode, ${size}`,
          each * partitions,
          encodeWith(fastProduceRequest(produce)),
          encodeWith(produce),
        ),
        await compare(context, `decode, ${size}`, each, decodeWith(fastDecodeMessages(decode)), decodeWith(decode)),
      );
    }
    return { figures };
  },
};

type Call = () => unknown;

const rounds = 5;

/** Microseconds a record of both, in turn and from the second round on, as a ratio. */
async function compare(context: Context, name: string, records: number, ours: Call, theirs: Call): Promise<Figure> {
  const micros = { ours: 0, theirs: 0 };
  for (let round = 0; round <= rounds; round += 1)
    for (const [who, call] of [
      ['ours', ours],
      ['theirs', theirs],
    ] as const) {
      const spent = await microsEach(200 * context.scale, call);
      if (round > 0) micros[who] += spent / records / rounds;
    }
  const detail = `of kafkajs's own time: ${micros.ours.toFixed(2)} µs a record over ${micros.theirs.toFixed(2)}`;
  const value = micros.ours / micros.theirs;
  context.say(`${name}: ${value.toFixed(2)} ${detail}`);
  return { name, value, unit: '×', detail };
}

async function microsEach(ms: number, call: Call): Promise<number> {
  const begin = performance.now();
  let calls = 0;
  while (performance.now() - begin < ms) {
    for (let index = 0; index < 10; index += 1) await call();
    calls += 10;
  }
  return ((performance.now() - begin) * 1_000) / calls;
}

/** Records as the router writes them, so many to each partition. */
function requestOf(each: number): ProduceParameters {
  const value = JSON.stringify(payload);
  const message = (index: number): Message => ({
    key: `request-${index}`,
    value,
    headers: {
      ce_id: `request-${index}`,
      ce_type: 'understudy.work',
      ce_source: 'router-1',
      ce_time: '2026-01-01T00:00:00.000Z',
      ce_specversion: '1.0',
      'content-type': 'application/json',
      kafka_replyTopic: 'understudy.replies',
      kafka_replyPartition: Buffer.from([0, 0, 0, 7]),
      kafka_correlationId: Buffer.from('0123456789abcdef'),
      'understudy-deadline': '1767225600000',
      'understudy-decision':
        '{"version":"v1","role":"primary","revision":1,"epoch":3,"rollout":1,"step":0,"propensity":1}',
    },
  });
  const partition = (number: number) => ({
    partition: number,
    firstSequence: 0,
    messages: Array.from({ length: each }, (_, index) => message(index)),
  });
  const topicData = [{ topic: 't', partitions: Array.from({ length: partitions }, (_, number) => partition(number)) }];
  return { acks: -1, timeout: 30_000, producerId: -1, producerEpoch: 0, topicData };
}
