import { Injectable } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Gauge, Histogram } from 'prom-client';
import { Registry } from '#platform';
import { WaitingRequests } from './waiting-requests.js';

/** How long callers wait, by route and status, and how many wait now. */
@Injectable()
export class HttpMetrics {
  private readonly seconds: Histogram<'route' | 'status'>;

  constructor(registry: Registry, waiting: WaitingRequests) {
    const registers = [registry];
    this.seconds = new Histogram({
      name: 'understudy_http_request_seconds',
      help: 'Time from a request over HTTP to its answer.',
      labelNames: ['route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    });
    new Gauge({
      name: 'understudy_http_requests_waiting',
      help: 'Requests that wait for an answer.',
      registers,
      collect() {
        this.set(waiting.size);
      },
    });
  }

  watch(app: NestFastifyApplication): void {
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onResponse', (request, reply, done) => {
        const route = request.routeOptions.url ?? 'none';
        this.seconds.observe({ route, status: reply.statusCode }, reply.elapsedTime / 1_000);
        done();
      });
  }
}
