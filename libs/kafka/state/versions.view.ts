import type { VersionRecord } from '#contracts';

export interface VersionKey {
  readonly endpoint: string;
  readonly version: string;
}
/** `record` is null where the version has gone. */
export type VersionListener = (key: VersionKey, record: VersionRecord | null) => void;

/** The model versions that exist, by endpoint. */
export class VersionsView {
  private readonly endpoints = new Map<string, Map<string, VersionRecord>>();
  private readonly listeners: VersionListener[] = [];

  apply(record: VersionRecord): void {
    let versions = this.endpoints.get(record.endpoint);
    if (versions === undefined) this.endpoints.set(record.endpoint, (versions = new Map<string, VersionRecord>()));
    versions.set(record.version, record);
    for (const listener of this.listeners) listener(record, record);
  }

  remove(key: VersionKey): void {
    const versions = this.endpoints.get(key.endpoint);
    if (versions?.delete(key.version) !== true) return;
    if (versions.size === 0) this.endpoints.delete(key.endpoint);
    for (const listener of this.listeners) listener(key, null);
  }

  get(endpoint: string, version: string): VersionRecord | undefined {
    return this.endpoints.get(endpoint)?.get(version);
  }

  of(endpoint: string): VersionRecord[] {
    return [...(this.endpoints.get(endpoint)?.values() ?? [])];
  }

  all(): VersionRecord[] {
    return [...this.endpoints.values()].flatMap((versions) => [...versions.values()]);
  }

  /** Called after each change, those read at the start too. */
  onChange(listener: VersionListener): void {
    this.listeners.push(listener);
  }
}
