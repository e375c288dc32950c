import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { anySignal, until } from './waiting.mjs';
import { Keeper } from './keeper.mjs';
import { startKafka } from './local-kafka.mjs';
import { startPostgres } from './local-postgres.mjs';
import { isPortFree } from './ports.mjs';
import { lastLines, Problem } from './problem.mjs';
import { demandKafka, demandPostgres } from './remote-servers.mjs';
import { askReady, startProgram } from './service-process.mjs';
import { programOf } from './services.mjs';

const readyWithinMs = 90_000;
// A service that ends so often before it was ready will not become so.
const startAttempts = 3;

/** Kafka, Postgres and every service, each as a process of its own and kept running until all are stopped. */
export class Stack {
  #servers = [];
  #services = [];

  /**
   * @param options { options, state, node, root, say }: options of readOptions, the State to write to, the Node that runs
   *   the services and the folder they run in
   */
  constructor({ options, state, node, root, say }) {
    Object.assign(this, { options, state, node, root, say });
  }

  /** Starts everything and resolves when every service is ready; throws where one is not to be had. */
  async start(signal) {
    this.#demandBuild();
    await this.#demandFreePorts();
    const [brokers, databaseUrl] = await Promise.all([this.#startKafka(signal), this.#startPostgres(signal)]);
    const { ingress, deployer } = Object.fromEntries(this.options.services.map(({ name, port }) => [name, port]));
    this.addresses = {
      KAFKA_BROKERS: brokers,
      DATABASE_URL: databaseUrl,
      INGRESS_URL: `http://127.0.0.1:${ingress}`,
      DEPLOYER_URL: `http://127.0.0.1:${deployer}`,
    };
    this.say(`Starting the services: ${this.options.services.map(({ name }) => name).join(', ')}.`);
    await Promise.all(this.options.services.map((service) => this.#startService(service, signal)));
  }

  /** Ends everything: the services, ≤ 5 s, then what they work on. */
  async stop() {
    await Promise.all(this.#services.map((keeper) => keeper.stop()));
    await Promise.all(this.#servers.map((keeper) => keeper.stop()));
    this.state.forget();
  }

  #demandBuild() {
    const missing = this.options.services.map(programOf).filter((program) => !existsSync(join(this.root, program)));
    if (missing.length > 0)
      throw new Problem(`Not built: ${missing.join(', ')}. Run npm start, which builds, or npm run build.`);
  }

  async #demandFreePorts() {
    const taken = [];
    for (const service of this.options.services) {
      if (!(await isPortFree(service.port))) taken.push(service);
    }
    if (taken.length === 0) return;
    throw new Problem(
      taken
        .map(
          ({ name, port, setting }) =>
            `Port ${port} of 127.0.0.1, which ${name} needs, is in use by another process.\n` +
            `End that process (lsof -i :${port} names it), or choose another port: ${setting}=… npm start`,
        )
        .join('\n'),
    );
  }

  async #startKafka(signal) {
    const { brokers, kafkaPort } = this.options;
    if (brokers) {
      await demandKafka(brokers, signal);
      this.say(`Kafka: ${brokers} (KAFKA_BROKERS).`);
      return brokers;
    }
    const log = this.state.emptyLog('kafka');
    const settings = { dataDir: this.state.kafka, port: kafkaPort, log, say: this.say };
    const kafka = await this.#keepServer('kafka', (own) => startKafka({ ...settings, signal: own }), signal);
    this.say(`Kafka: ${kafka.brokers}.`);
    return kafka.brokers;
  }

  async #startPostgres(signal) {
    const { databaseUrl, postgresPort } = this.options;
    if (databaseUrl) {
      await demandPostgres(databaseUrl);
      this.say(`Postgres: ${new URL(databaseUrl).host} (DATABASE_URL).`);
      return databaseUrl;
    }
    const log = this.state.emptyLog('postgres');
    const settings = { dataDir: this.state.postgres, port: postgresPort, log, say: this.say };
    const start = (own) => startPostgres({ ...settings, signal: own });
    const postgres = await this.#keepServer('postgres', start, signal);
    this.say(`Postgres: ${postgres.url}.`);
    return postgres.url;
  }

  #keepServer(name, launch, signal) {
    const keeper = this.#keeper(name, launch);
    this.#servers.push(keeper);
    return keeper.start(signal);
  }

  async #startService(service, signal) {
    const { name, port } = service;
    const program = programOf(service);
    const log = this.state.emptyLog(name);
    const env = {
      ...process.env,
      AUTH: 'none',
      ...this.addresses,
      ARTIFACT_STORE: this.state.artifacts,
      ARTIFACT_CACHE: this.state.artifactCache,
      HOST: '127.0.0.1',
      [service.variable]: String(port),
    };
    const keeper = this.#keeper(name, () => {
      const running = startProgram({ node: this.node, program, cwd: this.root, env, log });
      if (running.pid !== undefined) this.state.record({ name, pid: running.pid, port, program, cwd: this.root });
      return running;
    });
    this.#services.push(keeper);
    await keeper.start(signal);
    await this.#untilReady(service, keeper, signal);
  }

  async #untilReady({ name, port }, keeper, signal) {
    const hopeless = new AbortController();
    let last;
    const ask = async () => {
      if (keeper.ends >= startAttempts) hopeless.abort(new Error(`it ended ${keeper.ends} times`));
      last = await askReady(port);
      return last?.ready;
    };
    try {
      const limits = { timeoutMs: readyWithinMs, intervalMs: 200, signal: anySignal(signal, hopeless.signal) };
      await until(ask, limits);
    } catch (error) {
      signal.throwIfAborted();
      const waits =
        last?.waitsFor.length > 0 ? `it waits for ${last.waitsFor.join('; ')}` : `nothing answers on port ${port}`;
      const why = hopeless.signal.aborted ? error.message : waits;
      const log = this.state.log(name);
      throw new Problem(
        `${name} did not become ready: ${why}. The end of ${log}:\n${lastLines(readFileSync(log, 'utf8'))}`,
      );
    }
  }

  #keeper(name, launch) {
    return new Keeper({ name, launch, say: this.say, log: relative(process.cwd(), this.state.log(name)) });
  }
}
