import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { HttpProblem } from './http-problem.js';

/** No parameter of the API is a list: one that stands twice in an address is refused, before anybody takes it for a text. */
export function refuseRepeated(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preHandler', (request, _reply, done) => {
    const repeated = Object.entries(request.query as object).find(([, value]) => typeof value !== 'string');
    done(repeated && new HttpProblem(400, `${repeated[0]}: expected it once in the address`));
  });
}
