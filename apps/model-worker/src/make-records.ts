import { headers } from '#contracts';
import { replyRecord, type TopicNames, type TopicRecord } from '#kafka';
import type { Outcome } from './outcome.js';
import { predictionRow } from './prediction-row.js';
import type { WorkItem } from './work-item.js';

/** What is to be sent for one copy of a request. */
export interface Records {
  /** Rows of the prediction log. */
  readonly rows: TopicRecord[];
  readonly reply?: TopicRecord;
  /** The same request once more, for the plan's fallback. */
  readonly secondAttempt?: TopicRecord;
}

/** The row, and the answer or the second attempt, that an outcome calls for. */
export function makeRecords(
  endpoint: string,
  version: string,
  item: WorkItem,
  outcome: Outcome,
  now: number,
  topics: TopicNames,
): Records {
  const { decision, deadline } = item;
  const row = (role: typeof decision.role, of: string, came: Outcome): TopicRecord => ({
    topic: topics.of('predictions'),
    key: item.id,
    value: predictionRow(endpoint, item, { role, version: of }, came, now),
  });
  const rows = [row(decision.role, version, outcome)];
  if (decision.role === 'fallback' && decision.assigned !== undefined)
    rows.unshift(row('primary', decision.assigned, noLivingWorker(decision.assigned)));

  const isTimely = deadline === undefined || now <= deadline;
  if (outcome.status === 'error' && decision.role === 'primary' && version !== decision.fallback && isTimely)
    return { rows, secondAttempt: makeSecondAttempt(endpoint, item, topics) };
  const reply = makeReply(version, item, outcome);
  return reply === undefined ? { rows } : { rows, reply };
}

const noLivingWorker = (version: string): Outcome => ({
  status: 'error',
  error: `no living worker for version ${version}`,
  code: 503,
  modelMs: null,
});

function makeSecondAttempt(endpoint: string, item: WorkItem, topics: TopicNames): TopicRecord {
  const { record, id, routingKey } = item;
  const { [headers.decision]: _decision, ...carried } = record.headers;
  return {
    topic: topics.of('requests', { endpoint }),
    key: routingKey ?? id,
    value: record.value,
    headers: { ...carried, [headers.attempt]: 'fallback' },
  };
}

function makeReply(version: string, { replyTo, source }: WorkItem, outcome: Outcome): TopicRecord | undefined {
  if (replyTo === null) return undefined;
  if (outcome.status === 'ok') return replyRecord(replyTo, outcome.text, { version });
  if (outcome.status === 'error')
    return replyRecord(replyTo, null, { status: outcome.code, error: outcome.error, version });
  // The ingress has told its caller by itself.
  if (source === 'http') return undefined;
  return replyRecord(replyTo, null, { status: 504, error: 'the deadline had passed before the model ran', version });
}
