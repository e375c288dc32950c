import { Controller } from '@nestjs/common';
import type { BacktestPrediction } from '#contracts';
import {
  CoalescingProducer,
  DeadLetters,
  messageOf,
  OnBatch,
  type RecordBatch,
  RecordRefusedError,
  TopicNames,
  VersionsView,
} from '#kafka';
import type { Outcome } from '../outcome.js';
import { ServedVersions } from '../served-versions.js';
import { BacktestLane } from './backtest-lane.js';
import { type PastRequest, readPastRequest } from './read-past-request.js';

/** Requests in hand between two sends: what is answered is on its way while the next are run. */
const sendEvery = 1_024;

/** Lets a version answer requests of the past. Nobody is replied to, and nothing goes to the prediction log. */
@Controller()
export class BacktestConsumer {
  constructor(
    private readonly served: ServedVersions,
    private readonly versions: VersionsView,
    private readonly lane: BacktestLane,
    private readonly producer: CoalescingProducer,
    private readonly deadLetters: DeadLetters,
    private readonly topics: TopicNames,
  ) {}

  /** Resolves when the answers are in Kafka. */
  @OnBatch('backtest')
  async onBacktest(batch: RecordBatch): Promise<void> {
    const { endpoint = '', version = '' } = batch.parameters;
    const wanted = this.versions.get(endpoint, version)?.backtest;
    const requests: PastRequest[] = [];
    const under: Promise<void>[] = [];
    for (const record of batch.records) {
      const read = readPastRequest(record);
      if (!read.ok) under.push(this.deadLetters.send(record, read.reason));
      // What a cancelled one has left is not run.
      else if (read.request.backtest === wanted) requests.push(read.request);
    }
    for (let from = 0; from < requests.length; from += sendEvery) {
      const some = requests.slice(from, from + sendEvery);
      const outcomes = await this.run(endpoint, version, some);
      under.push(this.send(some.map((request, index) => rowOf(endpoint, version, request, outcomes[index]))));
    }
    await Promise.all(under);
  }

  private run(endpoint: string, version: string, requests: readonly PastRequest[]): Promise<Outcome[]> {
    const served = this.served.get(endpoint, version);
    if (served?.state !== 'live') throw new Error(`version ${version} is not loaded: its backtest waits`);
    return this.lane.run(served.batcher, requests);
  }

  private async send(rows: readonly BacktestPrediction[]): Promise<void> {
    const topic = this.topics.of('backtestPredictions');
    const record = (row: BacktestPrediction) => ({ topic, key: row.id, value: JSON.stringify(row) });
    try {
      await this.producer.sendAll(rows.map(record));
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) throw error;
      // One is too large: those that went already are dropped when they come again.
      for (const row of rows) {
        await this.producer.send(record(row)).catch((refused: unknown) => {
          if (!(refused instanceof RecordRefusedError)) throw refused;
          return this.producer.send(record({ ...row, response: null, status: 'error', error: messageOf(refused) }));
        });
      }
    }
  }
}

function rowOf(
  endpoint: string,
  version: string,
  { backtest, id, requestedAt }: PastRequest,
  outcome: Outcome | undefined,
): BacktestPrediction {
  const head = { backtest, endpoint, version, id, requestedAt, predictedAt: Date.now() };
  if (outcome?.status === 'ok') {
    const response: unknown = JSON.parse(outcome.text);
    return { ...head, response, status: 'ok', error: null, modelMs: outcome.modelMs };
  }
  const error = outcome?.status === 'error' ? outcome.error : 'not run';
  const modelMs = outcome?.status === 'error' ? outcome.modelMs : null;
  return { ...head, response: null, status: 'error', error, modelMs };
}
