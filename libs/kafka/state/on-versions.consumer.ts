import { Controller } from '@nestjs/common';
import { endpointName, versionName, versionRecord } from '#contracts';
import { DeadLetters } from '../dead-letters.js';
import { OnBatch } from '../on-batch.js';
import { readJson } from '../read-json.js';
import type { IncomingRecord, RecordBatch } from '../records.js';
import { type VersionKey, VersionsView } from './versions.view.js';

/** Keeps `VersionsView` up to date. */
@Controller()
export class VersionsConsumer {
  constructor(
    private readonly versions: VersionsView,
    private readonly deadLetters: DeadLetters,
  ) {}

  @OnBatch('versions')
  async onVersions(batch: RecordBatch): Promise<void> {
    for (const record of batch.records) {
      const reason = this.apply(record);
      if (reason !== undefined) await this.deadLetters.send(record, reason);
    }
  }

  /** Why the record cannot be read; undefined where it can. */
  private apply(record: IncomingRecord): string | undefined {
    if (record.value === null) {
      const key = parseKey(record.key?.toString('utf8') ?? '');
      if (key === undefined) return 'the key of a removal: expected <endpoint>/<version>';
      this.versions.remove(key);
      return undefined;
    }
    const read = readJson(record, versionRecord);
    if (!read.ok) return read.reason;
    this.versions.apply(read.value);
    return undefined;
  }
}

function parseKey(key: string): VersionKey | undefined {
  const [endpoint, version, ...rest] = key.split('/');
  if (rest.length > 0 || !endpointName.safeParse(endpoint).success || !versionName.safeParse(version).success)
    return undefined;
  return { endpoint: endpoint ?? '', version: version ?? '' };
}
