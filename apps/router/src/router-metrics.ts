import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { Decision } from '#contracts';
import { Registry } from '#platform';

/** What the router counts. */
@Injectable()
export class RouterMetrics {
  private readonly decisions: Counter<'endpoint' | 'version' | 'role'>;
  private readonly refusals: Counter<'endpoint'>;
  private readonly shedding: Counter<'endpoint'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.decisions = new Counter({
      name: 'understudy_decisions_total',
      help: 'Copies of requests sent to a version, by role.',
      labelNames: ['endpoint', 'version', 'role'],
      registers,
    });
    this.refusals = new Counter({
      name: 'understudy_requests_refused_total',
      help: 'Requests that no version got: unreadable, or for what does not exist.',
      labelNames: ['endpoint'],
      registers,
    });
    this.shedding = new Counter({
      name: 'understudy_shadows_shed_requests_total',
      help: 'Requests that shadows did not see because the router was busy.',
      labelNames: ['endpoint'],
      registers,
    });
  }

  decided(endpoint: string, { version, role }: Decision): void {
    this.decisions.inc({ endpoint, version, role });
  }

  refused(endpoint: string): void {
    this.refusals.inc({ endpoint });
  }

  shed(endpoint: string, requests: number): void {
    this.shedding.inc({ endpoint }, requests);
  }
}
