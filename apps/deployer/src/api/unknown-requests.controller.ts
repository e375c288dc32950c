import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Database } from '#database';
import { HttpProblem } from './http-problem.js';
import { readOptions } from './read-body.js';

const question = z.object({ ids: z.array(z.string()).max(10_000) });

/** Which requests the log does not know: for reports of truths that match nothing. */
@Controller('api/v1/endpoints')
export class UnknownRequestsController {
  constructor(private readonly database: Database) {}

  @Post(':name/unknown-requests')
  @HttpCode(200)
  async find(@Param('name') name: string, @Req() request: FastifyRequest): Promise<{ unknown: string[] }> {
    const asked = question.safeParse(readOptions(request.body));
    if (!asked.success) throw new HttpProblem(400, 'expected {"ids": [...]} with 10,000 texts at most');
    // The subquery with LIMIT looks each id up, where a join would read whole partitions.
    const { rows } = await this.database.pool.query<{ id: string }>(
      `SELECT id FROM unnest($2::text[]) AS id
       WHERE (SELECT true FROM predictions p WHERE p.endpoint = $1 AND p.request_id = id LIMIT 1) IS NULL`,
      [name, asked.data.ids],
    );
    return { unknown: rows.map(({ id }) => id) };
  }
}
