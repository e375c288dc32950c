import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { Registry } from '#platform';

@Injectable()
export class FeedbackMetrics {
  private readonly truthsTotal: Counter<'result'>;
  private readonly joined: Counter;
  private readonly outcomes: Counter;
  private readonly scoringErrors: Counter<'endpoint'>;
  private readonly published: Counter<'endpoint'>;
  private readonly transactions: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.truthsTotal = new Counter({
      name: 'understudy_feedback_truths_total',
      help: 'Records of the topic ground-truth: recorded or unreadable',
      labelNames: ['result'],
      registers,
    });
    this.joined = new Counter({
      name: 'understudy_feedback_requests_joined_total',
      help: 'Requests whose outcomes were worked out',
      registers,
    });
    this.outcomes = new Counter({
      name: 'understudy_feedback_outcomes_total',
      help: 'Outcomes written, changed or removed',
      registers,
    });
    this.scoringErrors = new Counter({
      name: 'understudy_feedback_scoring_errors_total',
      help: 'Rows whose truth does not fit the answer or the metric (table scoring_errors)',
      labelNames: ['endpoint'],
      registers,
    });
    this.published = new Counter({
      name: 'understudy_feedback_evidence_published_total',
      help: 'Evidence messages sent',
      labelNames: ['endpoint'],
      registers,
    });
    this.transactions = new Histogram({
      name: 'understudy_feedback_join_seconds',
      help: 'Time that a transaction of the joiner took',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers,
    });
  }

  truths(recorded: number, unreadable: number): void {
    this.truthsTotal.inc({ result: 'recorded' }, recorded);
    this.truthsTotal.inc({ result: 'unreadable' }, unreadable);
  }

  join(requests: number, outcomes: number, failures: ReadonlyMap<string, number>): void {
    this.joined.inc(requests);
    this.outcomes.inc(outcomes);
    for (const [endpoint, count] of failures) this.scoringErrors.inc({ endpoint }, count);
  }

  publish(endpoint: string): void {
    this.published.inc({ endpoint });
  }

  /** Call what it returns when the transaction has ended. */
  startTransaction(): () => void {
    return this.transactions.startTimer();
  }
}
