import { crc32c } from './crc32c.js';
import { fastDecodeMessages } from './decode-batches.js';
import { fastFetchRequest } from './fetch-request.js';
import { fastFetchResponse } from './fetch-response.js';
import { fastBatch } from './fetched-batch.js';
import { filledBatches } from './filled-batches.js';
import { groupByPartition } from './group-by-partition.js';
import { idleRequestQueue } from './idle-request-queue.js';
import type { Replacement } from './private-copy.js';
import { fastProduceRequest } from './produce-request.js';
import { fastRequest } from './request.js';

/** The version of kafkajs whose modules these stand in for; of another one nothing is known. */
export const knownVersion = '2.2.4';

/** Modules of kafkajs by file, and what stands in for them. A new one is a file and a line here. */
export const replacements: Readonly<Record<string, Replacement>> = {
  'src/protocol/recordBatch/crc32C/index.js': () => (bytes: Buffer) => crc32c(bytes),
  'src/protocol/requests/produce/v3/request.js': fastProduceRequest,
  'src/protocol/request.js': () => fastRequest,
  'src/protocol/requests/fetch/v4/decodeMessages.js': fastDecodeMessages,
  'src/protocol/requests/fetch/v11/request.js': fastFetchRequest,
  'src/protocol/requests/fetch/v11/response.js': fastFetchResponse,
  'src/producer/groupMessagesPerPartition.js': () => groupByPartition,
  'src/consumer/batch.js': fastBatch,
  'src/consumer/consumerGroup.js': filledBatches,
  'src/network/requestQueue/index.js': idleRequestQueue,
};
