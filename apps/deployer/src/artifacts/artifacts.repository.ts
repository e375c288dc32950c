import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from '#database';

/** Which digests have been uploaded, and when each was last asked for. */
@Injectable()
export class ArtifactsRepository {
  constructor(private readonly database: Database) {}

  /** Notes that a digest is wanted now: nothing of it is removed for the time of grace. */
  async touch(sha256: string): Promise<void> {
    await this.database.pool.query(
      'INSERT INTO artifacts (sha256) VALUES ($1) ON CONFLICT (sha256) DO UPDATE SET wanted_at = now()',
      [sha256],
    );
  }

  /** Notes that all of it has come. */
  async arrived(sha256: string, bytes: number, actor: string): Promise<void> {
    await this.database.pool.query(
      'UPDATE artifacts SET bytes = $2, uploaded_by = $3, uploaded_at = now() WHERE sha256 = $1',
      [sha256, bytes, actor],
    );
  }

  /**
   * Forgets one digest that no version and no metric names, and none has for the time of grace. Whoever touches it meanwhile waits until
   * `remove` is done, and finds it gone.
   *
   * @returns the digest; undefined where there is none
   */
  forgetOne(graceHours: number, remove: (sha256: string) => Promise<void>): Promise<string | undefined> {
    return this.database.transaction(async (client) => {
      const sha256 = await unusedOne(client, graceHours);
      if (sha256 !== undefined) await remove(sha256);
      return sha256;
    });
  }
}

async function unusedOne(client: pg.PoolClient, graceHours: number): Promise<string | undefined> {
  const { rows } = await client.query<{ sha256: string }>(
    `WITH since AS (SELECT now() - make_interval(hours => $1) AS at)
     DELETE FROM artifacts WHERE wanted_at < (SELECT at FROM since) AND sha256 = (
       SELECT sha256 FROM artifacts a, since
       WHERE wanted_at < since.at
         AND NOT EXISTS (SELECT FROM model_versions v
           WHERE v.sha256 = a.sha256 AND (v.retired_at IS NULL OR v.retired_at > since.at))
         AND NOT EXISTS (SELECT FROM endpoints e
           WHERE e.manifest #>> '{spec,truth,options,module}' LIKE 'sha256:' || a.sha256 || '%'
             AND (e.deleted_at IS NULL OR e.deleted_at > since.at))
       LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING sha256`,
    [graceHours],
  );
  return rows[0]?.sha256;
}
