import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import type { Outcome } from './outcome.js';

/** What the worker counts. */
@Injectable()
export class WorkerMetrics {
  private readonly predictions: Counter;
  private readonly modelSeconds: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.predictions = new Counter({
      name: 'understudy_predictions_total',
      help: 'Copies of requests worked on, by what they came to.',
      labelNames: ['endpoint', 'version', 'status'],
      registers,
    });
    this.modelSeconds = new Histogram({
      name: 'understudy_model_seconds',
      help: 'Seconds in the model, of the micro-batch that a request ran in.',
      labelNames: ['endpoint', 'version'],
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
  }

  /** The outcomes of one batch. */
  observe(endpoint: string, version: string, outcomes: readonly Outcome[]): void {
    for (const status of ['ok', 'error', 'expired'] as const) {
      const count = outcomes.filter((outcome) => outcome.status === status).length;
      if (count > 0) this.predictions.inc({ endpoint, version, status }, count);
    }
    for (const outcome of outcomes)
      if (outcome.status === 'ok') this.modelSeconds.observe({ endpoint, version }, outcome.modelMs / 1_000);
  }
}
