import { failedPart, type StatusView } from '#contracts';

/** A volume with less than this part of it free is a problem. */
const leastFree = 0.05;

/** What is wrong, in words: parts that could not be found out, services without an instance, versions that do not load, disks that are nearly full. */
export function problemsOf(view: Omit<StatusView, 'at' | 'problems'>): string[] {
  const { services, versions, disks } = view;
  const unknown = Object.entries(view).flatMap(([name, part]) => (failedPart(part as object) ? [`${names[name as keyof typeof names]}: ${(part as { error: string }).error}`] : [])); // prettier-ignore
  return [
    ...unknown,
    ...(failedPart(services) ? [] : missing(services)),
    ...(failedPart(versions) ? [] : versions.flatMap(failures)),
    ...(failedPart(disks) ? [] : disks.filter(({ bytes, freeBytes }) => freeBytes < leastFree * bytes).map(({ path }) => `${path}: less than ${leastFree * 100} % of the disk is free`)), // prettier-ignore
  ];
}

const names = {
  kafka: 'Kafka',
  postgres: 'Postgres',
  services: 'heartbeats',
  versions: 'loaded versions',
  lags: 'lag',
  deadLetters: 'dead letters',
  partitions: 'the log',
  disks: 'disk',
} as const;

function missing(services: Exclude<StatusView['services'], { error: string }>): string[] {
  const absent = services.filter(({ instances }) => instances.length === 0);
  const deployers = services.find(({ app }) => app === 'deployer')?.instances ?? [];
  const leaderless = deployers.length > 0 && !deployers.some(({ leads }) => leads === true);
  return [
    ...absent.map(({ app }) => `no living ${app}`),
    ...(leaderless ? ['no deployer leads: no rollout advances'] : []),
  ];
}

const failures = ({ endpoint, version, failures: of }: Exclude<StatusView['versions'], { error: string }>[number]) =>
  of.map(({ instance, error }) => `${endpoint}/${version} cannot be loaded by ${instance}: ${error}`);
