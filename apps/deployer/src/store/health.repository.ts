import { Injectable } from '@nestjs/common';
import type { VersionHealth } from '#contracts';
import { Database } from '#database';

/** What feedback has found out of versions without any truth. */
@Injectable()
export class HealthRepository {
  constructor(private readonly database: Database) {}

  /** By version; without those that had no request. */
  async of(endpoint: string): Promise<Map<string, VersionHealth>> {
    const sql = 'SELECT version, health FROM version_health WHERE endpoint = $1';
    const { rows } = await this.database.pool.query<{ version: string; health: VersionHealth }>(sql, [endpoint]);
    return new Map(rows.map(({ version, health }) => [version, health]));
  }
}
