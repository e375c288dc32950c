import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** A running `npm start -- --no-demo`. */
export interface LocalStack {
  /** Process id of npm; everything else descends from it. */
  readonly pid: number;
  readonly ingressUrl: string;
  readonly deployerUrl: string;
  /** Whether it has ended, by itself too. */
  readonly ended: boolean;
  /** As ctrl-C would; resolves when all has ended. */
  stop(): Promise<void>;
}

const settings = [
  'LOCAL_KAFKA_PORT',
  'LOCAL_POSTGRES_PORT',
  'INGRESS_PORT',
  'DEPLOYER_PORT',
  'ROUTER_PORT',
  'MODEL_WORKER_PORT',
  'RECORDER_PORT',
  'FEEDBACK_PORT',
];

/**
 * Starts everything as a user does, from empty data in `folder` and on free ports, and waits for nothing.
 *
 * @param folder takes the data, and the output as `start.log`
 */
export async function launchLocalStack(folder: string): Promise<LocalStack> {
  const state = join(folder, 'state');
  mkdirSync(state, { recursive: true });
  // Run by root, Postgres is another user, who has to get through here.
  chmodSync(folder, 0o755);
  const ports: Record<string, string> = {};
  for (const setting of settings) ports[setting] = String(await freePort());
  const { KAFKA_BROKERS: _brokers, DATABASE_URL: _url, ...inherited } = process.env;
  const child = spawn('npm', ['start', '--', '--no-demo'], {
    env: { ...inherited, ...ports, UNDERSTUDY_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('npm could not be started');
  const ended = once(child, 'exit');
  const log = join(folder, 'start.log');
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => appendFileSync(log, text));
  // To the whole group, as a terminal does.
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const interrupt = () => {
    if (!hasEnded()) process.kill(-pid, 'SIGINT');
  };
  process.once('exit', interrupt);
  const stop = async () => {
    interrupt();
    await ended;
    process.off('exit', interrupt);
  };
  const url = (setting: string) => `http://127.0.0.1:${ports[setting] ?? ''}`;
  return {
    pid,
    ingressUrl: url('INGRESS_PORT'),
    deployerUrl: url('DEPLOYER_PORT'),
    get ended() {
      return hasEnded();
    },
    stop,
  };
}
