import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { appNames, type AppName } from '#contracts';
import { ControlClient } from './control-client.js';
import { freePort } from './local-servers.js';
import { dropDatabase, freshDatabase, freshPrefix, testBrokers } from './fresh.js';
import { PredictionLog } from './prediction-log.js';
import { ServiceProcess } from './service-process.js';
import { ServingClient } from './serving-client.js';
import { Traffic, type TrafficOptions } from './traffic.js';
import { Upstream } from './upstream.js';

export interface StackOptions {
  /** Which services run: one each of those named, or as many of each as said. Default: one of all. */
  readonly services?: readonly AppName[] | Readonly<Partial<Record<AppName, number>>>;
  /** For every service. */
  readonly env?: Readonly<Record<string, string>>;
  /** A Kafka of the test's own instead of the shared one. */
  readonly brokers?: string;
  /** A database of the test's own; it must exist and is left as it is. */
  readonly databaseUrl?: string;
}

/** Every service as a process of its own, beside other stacks on the same Kafka and Postgres, with clients for it. */
export class Stack {
  readonly control = new ControlClient(() => this.deployerUrl);
  readonly serving = new ServingClient(() => this.ingressUrl);
  readonly upstream: Upstream;
  readonly pool: pg.Pool;
  readonly log: PredictionLog;
  private readonly processes: ServiceProcess[] = [];
  private readonly traffics: Traffic[] = [];
  private readonly folder: string;

  private constructor(
    readonly prefix: string,
    readonly brokers: string,
    readonly databaseUrl: string,
    private readonly ownsDatabase: boolean,
    private readonly env: Readonly<Record<string, string>>,
    /** Of the first deployer: the others are told before it runs. */
    private readonly deployerPort: number,
  ) {
    this.upstream = new Upstream(prefix, brokers);
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
    // A Postgres that is stopped under a test breaks idle connections; the pool makes new ones.
    this.pool.on('error', () => undefined);
    this.log = new PredictionLog(this.pool);
    this.folder = mkdtempSync(join(tmpdir(), `understudy-stack-${prefix}-`));
  }

  /** Starts the services and waits until all are ready. Where one is not, all are ended before it throws. */
  static async start(options: StackOptions = {}): Promise<Stack> {
    const brokers = options.brokers ?? testBrokers();
    const databaseUrl = options.databaseUrl ?? (await freshDatabase());
    const [owns, port] = [options.databaseUrl === undefined, await freePort()];
    const stack = new Stack(freshPrefix(), brokers, databaseUrl, owns, options.env ?? {}, port);
    try {
      await stack.upstream.connect();
      await Promise.all(wanted(options.services).map((app) => stack.add(app)));
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  get ingressUrl(): string {
    return this.service('ingress').url;
  }

  get deployerUrl(): string {
    return this.service('deployer').url;
  }

  /** A service's process, the first of its kind by default. */
  service(app: AppName, index = 0): ServiceProcess {
    const found = this.services(app)[index];
    if (found === undefined) throw new Error(`this stack has no ${app} number ${index}`);
    return found;
  }

  services(app?: AppName): ServiceProcess[] {
    return this.processes.filter((process) => app === undefined || process.app === app);
  }

  /** Starts one more instance of a service and waits until it is ready. */
  async add(app: AppName, env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const name = `${app}-${this.services(app).length + 1}`;
    const process = new ServiceProcess({
      app,
      name,
      logFile: join(this.folder, `${name}.log`),
      port: name === 'deployer-1' ? this.deployerPort : undefined,
      env: {
        KAFKA_BROKERS: this.brokers,
        DATABASE_URL: this.databaseUrl,
        TOPIC_PREFIX: this.prefix,
        HOST: '127.0.0.1',
        DEPLOYER_URL: `http://127.0.0.1:${this.deployerPort}`,
        ARTIFACT_STORE: join(this.folder, 'artifacts'),
        ARTIFACT_CACHE: join(this.folder, 'cache'),
        ...this.env,
        ...env,
      },
    });
    this.processes.push(process);
    await process.start();
    return process;
  }

  /** Requests at a steady pace until stopped, at the latest with the stack. */
  traffic(options: TrafficOptions): Traffic {
    const traffic = new Traffic(this, options);
    this.traffics.push(traffic);
    return traffic;
  }

  /** Services that ended though nobody had asked them to, by name. */
  get crashed(): string[] {
    return this.processes.filter(({ crashes }) => crashes.length > 0).map(({ name }) => name);
  }

  /** The end of every service's log, loud lines first: for a test that failed. */
  tail(lines?: number): string {
    return [`logs of this stack: ${this.folder}`, ...this.processes.map((process) => process.tail(lines))].join('\n');
  }

  /** Stops the services in order and closes what the clients hold; says which had to be killed. Logs go unless kept. */
  async stop({ keepLogs = false } = {}): Promise<string[]> {
    this.traffics.forEach((traffic) => traffic.abandon());
    const ends = await Promise.all(this.services().map(async (process) => ({ process, ...(await process.stop()) })));
    await this.upstream.close();
    await this.pool.end();
    if (this.ownsDatabase) await dropDatabase(this.databaseUrl);
    if (!keepLogs) rmSync(this.folder, { recursive: true, force: true });
    return ends.filter(({ signal }) => signal === 'SIGKILL').map(({ process }) => process.name);
  }
}

function wanted(services: StackOptions['services']): AppName[] {
  if (services === undefined) return [...appNames];
  if (Array.isArray(services)) return [...(services as readonly AppName[])];
  return Object.entries(services as Partial<Record<AppName, number>>).flatMap(([app, count]) =>
    Array.from({ length: count }, () => app as AppName),
  );
}
