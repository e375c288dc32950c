import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { VersionSpec } from '#contracts';
import { Database, jsonbText } from '#database';
import type { VersionRow } from './standing.js';

const columns = 'endpoint, version, runtime, artifact, sha256, spec, retired_at IS NOT NULL AS retired';

/** A version of a manifest with its artifact found. */
export interface FoundVersion {
  readonly spec: VersionSpec;
  readonly artifact: string;
  readonly sha256: string | null;
}

/** The model versions that endpoints ever had. */
@Injectable()
export class VersionsRepository {
  constructor(private readonly database: Database) {}

  /** All of an endpoint's, retired ones too, in the order they came. */
  async of(endpoint: string, on: pg.Pool | pg.PoolClient = this.database.pool): Promise<VersionRow[]> {
    const { rows } = await on.query<VersionRow>(
      `SELECT ${columns} FROM model_versions WHERE endpoint = $1 ORDER BY created_at, version`,
      [endpoint],
    );
    return rows;
  }

  /** Versions that have left their manifest, of all endpoints. */
  async retired(): Promise<VersionRow[]> {
    const { rows } = await this.database.pool.query<VersionRow>(
      `SELECT ${columns} FROM model_versions WHERE retired_at IS NOT NULL`,
    );
    return rows;
  }

  /** Makes the endpoint's versions those of its manifest; the others are retired. */
  async replace(client: pg.PoolClient, endpoint: string, versions: readonly FoundVersion[]): Promise<void> {
    for (const { spec, artifact, sha256 } of versions) {
      await client.query(
        `INSERT INTO model_versions (endpoint, version, runtime, artifact, sha256, spec) VALUES ($1, $2, $3, $4, $5, $6::jsonb)
         ON CONFLICT (endpoint, version) DO UPDATE
           SET runtime = excluded.runtime, artifact = excluded.artifact, spec = excluded.spec, retired_at = NULL`,
        [endpoint, spec.name, spec.runtime, artifact, sha256, jsonbText(spec)],
      );
    }
    await this.retireOthers(
      client,
      endpoint,
      versions.map(({ spec }) => spec.name),
    );
  }

  /** Retires the endpoint's versions but those named. */
  async retireOthers(client: pg.PoolClient, endpoint: string, kept: readonly string[]): Promise<void> {
    await client.query(
      'UPDATE model_versions SET retired_at = coalesce(retired_at, now()) WHERE endpoint = $1 AND version <> ALL ($2::text[])',
      [endpoint, kept],
    );
  }
}
