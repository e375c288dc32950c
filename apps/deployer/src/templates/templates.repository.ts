import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { TemplateView } from '#contracts';
import { Database, jsonbText } from '#database';
import type { Template } from '#manifests';

interface Row {
  name: string;
  manifest: unknown;
  revision: number;
  updated_at: Date;
  updated_by: string;
  used_by: { endpoint: string; revision: number }[];
}

const usedBy = `coalesce((
  SELECT jsonb_agg(jsonb_build_object('endpoint', e.name, 'revision', e.manifest->'spec'->'template'->'revision') ORDER BY e.name)
  FROM endpoints e
  WHERE e.deleted_at IS NULL AND e.manifest->'spec'->'template'->'reference'->>'template' = t.name
), '[]')`;
const select = `SELECT t.name, t.manifest, t.revision, t.updated_at, t.updated_by, ${usedBy} AS used_by FROM templates t`;

/** A template, and the revision that it has, or will have. */
export interface RevisedTemplate {
  readonly template: Template;
  readonly revision: number;
}

/** A template before it was put, undefined where there was none, and after. */
export interface PutTemplate {
  readonly before: TemplateView | undefined;
  readonly after: TemplateView;
}

/** The templates, and who uses them. */
@Injectable()
export class TemplatesRepository {
  constructor(private readonly database: Database) {}

  async all(): Promise<TemplateView[]> {
    const { rows } = await this.database.pool.query<Row>(`${select} ORDER BY t.name`);
    return rows.map(viewOf);
  }

  async get(name: string, on: pg.Pool | pg.PoolClient = this.database.pool): Promise<TemplateView | undefined> {
    const { rows } = await on.query<Row>(`${select} WHERE t.name = $1`, [name]);
    return rows.map(viewOf)[0];
  }

  /** The revision that a template will have once it is put, as things stand. */
  async foresee(template: Template): Promise<RevisedTemplate> {
    const standing = await this.get(template.name);
    const stays = isDeepStrictEqual(standing?.manifest, template.source);
    return { template, revision: (standing?.revision ?? 0) + (stays ? 0 : 1) };
  }

  /** The same again changes nothing. */
  put(template: Template, actor: string): Promise<PutTemplate> {
    return this.database.transaction((client) => this.putIn(client, template, actor));
  }

  /** The same within a transaction, until whose end nobody else changes it. */
  async putIn(client: pg.PoolClient, { name, source }: Template, actor: string): Promise<PutTemplate> {
    const before = await this.get(name, client);
    await client.query(
      `INSERT INTO templates AS t (name, manifest, revision, updated_by) VALUES ($1, $2::jsonb, 1, $3)
       ON CONFLICT (name) DO UPDATE SET manifest = excluded.manifest, revision = t.revision + 1, updated_at = now(),
         updated_by = excluded.updated_by WHERE t.manifest <> excluded.manifest`,
      [name, jsonbText(source), actor],
    );
    const after = await this.get(name, client);
    if (after === undefined) throw new Error(`template ${name} is not there though it was put`);
    return { before, after };
  }

  /** @returns the template as it was; undefined: there was none. One that is in use stays */
  remove(name: string): Promise<TemplateView | undefined> {
    return this.database.transaction(async (client) => {
      const found = await this.get(name, client);
      if (found?.usedBy.length === 0) await client.query('DELETE FROM templates WHERE name = $1', [name]);
      return found;
    });
  }
}

const viewOf = ({ name, manifest, revision, updated_at, updated_by, used_by }: Row): TemplateView => ({
  name,
  revision,
  manifest,
  updatedAt: updated_at.toISOString(),
  updatedBy: updated_by,
  usedBy: used_by,
});
