import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AppName } from '#contracts';
import { eventually } from './eventually.js';
import { repository } from './repository.js';

/** Where each service is told its port; 0 asks for any free one. */
export const portVariable = (app: AppName): string =>
  app === 'ingress' ? 'INGRESS_PORT' : app === 'deployer' ? 'DEPLOYER_PORT' : 'HEALTH_PORT';

// A few seconds on a quiet machine; a busy one is no failure.
const defaultReadyMs = 120_000;

export interface ServiceOptions {
  readonly app: AppName;
  /** Tells instances of one service apart, in logs and messages: `router-1`. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Everything that the process prints is appended here. */
  readonly logFile: string;
  /** Its HTTP port; absent: any free one. */
  readonly port?: number | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line of a service's log; lines that are not JSON have them as `msg`. */
export type LogRecord = Readonly<Record<string, unknown>> & { readonly level?: unknown; readonly msg?: unknown };

/** One built service as a process: to start, wait for, kill, pause and start again. */
export class ServiceProcess {
  readonly app: AppName;
  readonly name: string;
  readonly records: LogRecord[] = [];
  /** Ends that nobody had asked for. */
  readonly crashes: Exit[] = [];
  private child: ChildProcess | undefined;
  private exit: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  private knownPort: number | undefined;
  private endWanted = false;

  constructor(private readonly options: ServiceOptions) {
    this.app = options.app;
    this.name = options.name;
    this.knownPort = options.port;
  }

  /** Process id; throws where it is not running. */
  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} is not running`);
    return this.child.pid;
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  /** Address of its only HTTP port: the public one of ingress and deployer, the health port of the others. */
  get url(): string {
    if (this.knownPort === undefined) throw new Error(`${this.name} has not said which port it listens on`);
    return `http://127.0.0.1:${this.knownPort}`;
  }

  /** Resolves once the present process has ended. */
  get exited(): Promise<Exit> {
    return this.exit;
  }

  /** Starts the process and waits until it is ready: joined its groups and read the plans. */
  async start(timeoutMs = defaultReadyMs): Promise<void> {
    this.launch();
    await this.ready(timeoutMs);
  }

  /** Starts the process and waits for nothing. From the second time on it gets the port of the first. */
  launch(): void {
    if (this.child !== undefined) throw new Error(`${this.name} is running already`);
    const { app, env } = this.options;
    const child = spawn(join(repository, 'node_modules/.bin/node'), [`dist/apps/${app}/src/main.js`], {
      cwd: repository,
      env: { ...inherited(), ...env, [portVariable(app)]: String(this.knownPort ?? 0) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.endWanted = false;
    alive.add(child);
    this.exit = new Promise((done) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        alive.delete(child);
        if (this.child === child) this.child = undefined;
        if (!this.endWanted) this.crashes.push({ code, signal });
        done({ code, signal });
      };
      child.once('error', (error) => {
        this.read(`${this.name} could not be started: ${error.message}`);
        end(null, null);
      });
      child.once('exit', end);
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.read(line));
    }
  }

  /** Waits for 200 from /health/ready; fails at once when the process ends before. */
  async ready(timeoutMs = defaultReadyMs): Promise<void> {
    let answer = 'it has not said which port it listens on';
    try {
      await eventually(
        async () => {
          if (!this.running) return 'ended';
          if (this.knownPort === undefined) return false;
          const response = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
          answer = `/health/ready says ${response.status} ${await response.text()}`;
          return response.status === 200;
        },
        { timeoutMs, what: `${this.name} ready` },
      );
    } catch (cause) {
      throw new Error(`${this.name} did not become ready within ${timeoutMs / 1000} s: ${answer}\n${this.tail()}`, {
        cause,
      });
    }
    if (!this.running) throw new Error(`${this.name} ended before it was ready\n${this.tail()}`);
  }

  /** Sends a signal, SIGKILL by default, and waits for the end. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    this.endWanted = true;
    this.child?.kill(signal);
    return this.exit;
  }

  /** Asks for an orderly stop and kills after 10 s; says how it ended and after how many ms. */
  async stop(): Promise<Exit & { ms: number }> {
    const from = performance.now();
    const child = this.child;
    this.endWanted = true;
    // One that is paused would keep the signal for later.
    child?.kill('SIGCONT');
    child?.kill('SIGTERM');
    const timer = setTimeout(() => child?.kill('SIGKILL'), 10_000);
    const exit = await this.exit;
    clearTimeout(timer);
    return { ...exit, ms: performance.now() - from };
  }

  /** Freezes the process as a long garbage collection or a starved machine would. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Kills it where it runs, starts it again, waits until it is ready. */
  async restart(timeoutMs = defaultReadyMs): Promise<void> {
    await this.kill();
    await this.start(timeoutMs);
  }

  /** The end of its log, with its last warnings and errors before. */
  tail(lines = 12): string {
    const loud = this.records.filter((record) => record.level === undefined || Number(record.level) >= 40);
    const shown = new Set([...loud.slice(-lines), ...this.records.slice(-4)]);
    return [...shown].map((record) => `  ${this.name} | ${inShort(record)}`).join('\n');
  }

  private read(line: string): void {
    appendFileSync(this.options.logFile, `${line}\n`);
    // Node on kafkajs's timers: three lines that say nothing.
    if (/TimeoutNegativeWarning|^Timeout duration was set to 1|trace-warnings/.test(line)) return;
    const record = parse(line);
    this.records.push(record);
    if (record.msg === 'listening' && typeof record['port'] === 'number') this.knownPort = record['port'];
  }
}

/** One line of at most 400 characters, without what every line has, and without stacks. */
function inShort(record: LogRecord): string {
  const { app: _app, instance: _instance, time, level, msg, err, ...rest } = record;
  const fields = typeof err === 'object' && err !== null && 'message' in err ? { ...rest, err: err.message } : rest;
  return JSON.stringify([time, level, msg, fields]).slice(0, 400);
}

function parse(line: string): LogRecord {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as LogRecord;
  } catch {
    // Not every line is ours: Node's own warnings are plain text.
  }
  return { msg: line };
}

// What the shell or an earlier test set for our services must not leak into a stack.
const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_OPTIONS'),
  );

const alive = new Set<ChildProcess>();
// The test run may end without its hooks, by a time limit or ctrl-C: leave no process behind.
process.once('exit', () => alive.forEach((child) => child.kill('SIGKILL')));
