import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidV7 } from 'uuid';
import { v1Request, v2Request } from '#contracts';
import { Ask } from './ask.js';
import { headerValue, readCallerHeaders } from './caller-headers.js';
import { Endpoints } from './endpoints.js';
import type { Question } from './make-request.js';
import { Problem } from './problem.js';
import { readInferenceId, refuseEncodings } from './read-inference.js';
import { ruleHeaders } from './rule-headers.js';
import { sendAnswer } from './send-answer.js';
import type { Answer } from './waiting-requests.js';

interface Path {
  readonly endpoint: string;
  readonly version?: string;
}

const predict = ':predict';

/** Inference, by the Open Inference Protocol V2 and by KServe's V1. The answer is passed on as the worker made it. */
@Controller()
export class InferenceController {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly ask: Ask,
  ) {}

  @Post(['v2/models/:endpoint/infer', 'v2/models/:endpoint/versions/:version/infer'])
  async infer(@Req() request: FastifyRequest<{ Params: Path }>, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(request, reply, request.params, v2Request);
  }

  /** The path ends in `:predict`, which a router takes for a parameter: read here. */
  @Post('v1/models/:target')
  async predict(
    @Req() request: FastifyRequest<{ Params: { target: string } }>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { target } = request.params;
    if (!target.endsWith(predict)) throw new Problem(404, `Cannot POST ${request.url}`);
    await this.answer(request, reply, { endpoint: target.slice(0, -predict.length) }, v1Request);
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    path: Path,
    schema: typeof v1Request | typeof v2Request,
  ): Promise<void> {
    const plan = this.endpoints.plan(path.endpoint);
    if (path.version !== undefined) this.endpoints.livingVersion(path.endpoint, path.version);
    refuseEncodings(request.headers);
    const { requestId, routingKey, traceparent } = readCallerHeaders(request.headers);
    const id = readInferenceId(request.body, schema) ?? requestId ?? uuidV7();
    const question: Question = {
      plan,
      id,
      body: request.body as Buffer,
      routingKey,
      pinned: path.version,
      traceparent,
      ruleHeaders: ruleHeaders(plan, request.headers),
    };
    let answer: Answer;
    try {
      answer = await this.ask.ask(question);
    } catch (error) {
      void reply.header('x-request-id', headerValue(id));
      throw error;
    }
    sendAnswer(reply, headerValue(id), answer);
  }
}
