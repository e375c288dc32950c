import { Readable } from 'node:stream';
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Endpoints } from './endpoints.js';
import { Problem } from './problem.js';
import { PublishGroundTruth } from './publish-ground-truth.js';
import { isEmpty, parseJson } from './read-inference.js';
import type { TruthReceipt } from './truth-receipt.js';

/** Truth over HTTP: one, an array, or NDJSON of any length. */
@Controller()
export class GroundTruthController {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly truths: PublishGroundTruth,
  ) {}

  @Post('v1/endpoints/:endpoint/ground-truth')
  @HttpCode(202)
  groundTruth(@Req() request: FastifyRequest<{ Params: { endpoint: string } }>): Promise<TruthReceipt> {
    const { endpoint } = request.params;
    this.endpoints.plan(endpoint);
    const { body } = request;
    if (body instanceof Readable) return this.truths.publishLines(endpoint, body as AsyncIterable<Buffer>);
    if (!Buffer.isBuffer(body) || isEmpty(body))
      throw new Problem(400, 'expected a JSON body: one truth, an array of them, or NDJSON');
    const value = parseJson(body);
    return this.truths.publish(endpoint, Array.isArray(value) ? value : [value]);
  }
}
