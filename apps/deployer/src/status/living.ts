import { appNames, type Heartbeat, type LoadedVersion, type ServiceStatus } from '#contracts';

/** Every service with its living instances, also those that have none. */
export function servicesOf(alive: readonly Heartbeat[]): ServiceStatus[] {
  return appNames.map((app) => ({
    app,
    instances: alive
      .filter((heartbeat) => heartbeat.app === app)
      .map(({ instance, leads, live }) => ({
        instance,
        ...(leads === undefined ? {} : { leads }),
        ...(live === undefined ? {} : { versions: live.length }),
      }))
      .sort((a, b) => a.instance.localeCompare(b.instance)),
  }));
}

/** Every version that a living worker has loaded, or could not load; by name. */
export function loadedVersions(alive: readonly Heartbeat[]): LoadedVersion[] {
  const loaded = new Map<string, { endpoint: string; version: string; workers: number; failures: { instance: string; error: string }[] }>(); // prettier-ignore
  const of = ({ endpoint, version }: { endpoint: string; version: string }) => {
    const key = `${endpoint}/${version}`;
    const entry = loaded.get(key) ?? { endpoint, version, workers: 0, failures: [] };
    loaded.set(key, entry);
    return entry;
  };
  for (const { instance, live = [], failed = [] } of alive) {
    for (const entry of live) of(entry).workers++;
    for (const { error, ...entry } of failed) of(entry).failures.push({ instance, error });
  }
  return [...loaded.values()].sort(
    (a, b) => a.endpoint.localeCompare(b.endpoint) || a.version.localeCompare(b.version),
  );
}
