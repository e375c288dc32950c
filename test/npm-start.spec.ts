import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, freePort, isAlive, repository } from '#testing';

// The tools of the repository with stand-ins for what they start: so this is about starting, keeping and stopping alone.
const service = `
  import http from 'node:http';
  const port = process.env.INGRESS_PORT && process.argv[1].includes('ingress') ? process.env.INGRESS_PORT
    : process.argv[1].includes('deployer') ? process.env.DEPLOYER_PORT : process.env.HEALTH_PORT;
  http.createServer((request, response) => response.end('{"ready":true}')).listen(Number(port), '127.0.0.1');
  // One that does not want to end.
  process.on('SIGTERM', () => process.argv[1].includes('feedback') || process.exit());`;
const demo = `
  import { setTimeout } from 'node:timers/promises';
  console.log('demo plays on', process.env.INGRESS_URL, process.env.KAFKA_BROKERS);
  await setTimeout(Number(process.env.DEMO_MS ?? 0));`;
const apps = ['ingress', 'deployer', 'router', 'model-worker', 'recorder', 'feedback'];

interface Entry {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
}

describe('npm start', () => {
  const root = mkdtempSync(join(tmpdir(), 'understudy-start-'));
  const ports: Record<string, string> = {};
  const runs: ChildProcess[] = [];

  beforeAll(async () => {
    // Run by root, Postgres is another user, who has to get through here.
    chmodSync(root, 0o755);
    cpSync(join(repository, 'tools'), join(root, 'tools'), { recursive: true });
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
    const program = (path: string, text: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    program('package.json', '{ "type": "module" }');
    for (const app of apps) program(`dist/apps/${app}/src/main.js`, service);
    program('dist/examples/digits/demo.js', demo);
    const names = [
      'INGRESS_PORT',
      'DEPLOYER_PORT',
      'ROUTER_PORT',
      'MODEL_WORKER_PORT',
      'RECORDER_PORT',
      'FEEDBACK_PORT',
    ];
    for (const name of [...names, 'LOCAL_KAFKA_PORT', 'LOCAL_POSTGRES_PORT']) ports[name] = String(await freePort());
  });

  afterEach(async () => {
    for (const run of runs.splice(0)) {
      if (run.exitCode !== null || run.signalCode !== null) continue;
      run.kill('SIGTERM');
      await once(run, 'exit');
    }
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Runs it and collects what it says. */
  function start(
    args: string[] = [],
    env: Record<string, string> = {},
  ): { run: ChildProcess; said: () => string; ended: Promise<unknown> } {
    const { KAFKA_BROKERS: _brokers, DATABASE_URL: _url, ...rest } = process.env;
    const run = spawn(join(root, 'node_modules/.bin/node'), ['tools/start.mjs', ...args], {
      cwd: root,
      env: { ...rest, ...ports, ...env },
    });
    runs.push(run);
    let text = '';
    run.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    run.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return { run, said: () => text, ended: once(run, 'exit') };
  }

  const until = async ({ said }: { said: () => string }, words: string): Promise<void> => {
    await eventually(() => said().includes(words), { timeoutMs: 60_000, what: `"${words}" in what it says` }).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}:\n${said()}`);
      },
    );
  };
  const services = (): Entry[] => JSON.parse(readFileSync(join(root, '.understudy/services.json'), 'utf8')) as Entry[];
  const pidOf = (name: string): number => services().find((entry) => entry.name === name)!.pid;
  const kafkaPid = (): number => Number(readFileSync(join(root, '.understudy/kafka/kafka.pid'), 'utf8'));
  const answers = (port: number): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then((response) => response.ok);
  const noneAlive = async (pids: number[]): Promise<boolean> =>
    (await Promise.all(pids.map(isAlive))).every((alive) => !alive);
  const sql = async (question: string): Promise<unknown[]> => {
    const url = `postgres://understudy:understudy@127.0.0.1:${ports.LOCAL_POSTGRES_PORT!}/understudy`;
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(question)).rows;
    } finally {
      await client.end();
    }
  };

  it('runs every service as a process of its own, plays the demo, stays, and stops all of it on ctrl-C', async () => {
    const first = start();
    await until(first, 'The demo has ended. Everything else goes on running until ctrl-C.');
    expect(first.said()).toContain(
      `demo plays on http://127.0.0.1:${ports.INGRESS_PORT!} 127.0.0.1:${ports.LOCAL_KAFKA_PORT!}`,
    );

    const running = services();
    expect(running.map(({ name }) => name).sort()).toEqual([...apps].sort());
    for (const { name, pid, port } of running) {
      expect(await answers(port)).toBe(true);
      if (!existsSync('/proc/self/cmdline')) continue;
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(`apps/${name}`);
      expect(readlinkSync(`/proc/${pid}/cwd`)).toBe(root);
    }

    const pids = [...running.map(({ pid }) => pid), kafkaPid()];
    // A ctrl-C reaches it twice, from the terminal and from npm; a user in a hurry adds a third.
    first.run.kill('SIGINT');
    first.run.kill('SIGINT');
    await until(first, 'Stopping everything');
    first.run.kill('SIGINT');
    expect(await first.ended).toEqual([0, null]);
    expect(await noneAlive(pids)).toBe(true);
    expect(existsSync(join(root, '.understudy/services.json'))).toBe(false);
    await expect(sql('SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('names a service that dies and starts it again', async () => {
    const first = start(['--no-demo']);
    await until(first, 'Try, in another terminal');
    const [victim, other] = [pidOf('router'), pidOf('recorder')];

    process.kill(victim, 'SIGKILL');

    await until(first, `router (process ${victim}) is gone: it was ended by SIGKILL. Starting it again in 1 s`);
    await eventually(() => pidOf('router') !== victim && answers(Number(ports.ROUTER_PORT)), {
      what: 'another router',
    });
    expect(pidOf('recorder')).toBe(other);
    expect(first.said()).not.toContain('demo plays');
  });

  it('plays the demo again when it is started a second time, on what runs already', async () => {
    const first = start();
    await until(first, 'The demo has ended');

    const second = start();
    expect(await second.ended).toEqual([0, null]);
    expect(second.said()).toContain('playing the demo once more');
    expect(second.said()).toContain('demo plays on');

    for (const [flag, why] of [
      ['--fresh', 'its data cannot be removed while it uses them'],
      ['--no-demo', 'there is nothing to start'],
    ] as const) {
      const refused = start([flag]);
      expect(await refused.ended).toEqual([1, null]);
      expect(refused.said()).toContain(why);
    }
    expect(await answers(Number(ports.INGRESS_PORT))).toBe(true);
  });

  it('ends what it left behind when it was killed, and keeps the data until asked for empty ones', async () => {
    const killed = start([], { DEMO_MS: '600000' });
    await until(killed, 'demo plays on');
    await sql('CREATE TABLE kept AS SELECT 1 AS n');
    const written = JSON.parse(readFileSync(join(root, '.understudy/processes.json'), 'utf8')) as { pid: number }[];
    expect(written).toHaveLength(apps.length + 1);
    const pids = [...written.map(({ pid }) => pid), kafkaPid()];
    killed.run.kill('SIGKILL');
    await killed.ended;
    expect(await noneAlive(pids)).toBe(false);

    const next = start(['--no-demo']);
    await until(next, 'Try, in another terminal');
    expect(next.said()).toContain('Ending what an earlier run left behind');
    expect(await noneAlive(pids)).toBe(true);
    expect(await sql('SELECT n FROM kept')).toEqual([{ n: 1 }]);
    next.run.kill('SIGTERM');
    expect(await next.ended).toEqual([0, null]);

    const fresh = start(['--no-demo', '--fresh']);
    await until(fresh, 'Try, in another terminal');
    await expect(sql('SELECT n FROM kept')).rejects.toThrow('does not exist');
  });

  it('gives up with the end of its log on a service that cannot start', async () => {
    const program = join(root, 'dist/apps/router/src/main.js');
    writeFileSync(program, `console.error('KAFKA_BROKERS: expected host:port'); process.exit(1);`);
    try {
      const first = start(['--no-demo']);
      expect(await first.ended).toEqual([1, null]);
      expect(first.said()).toContain('router did not become ready: it ended 3 times');
      expect(first.said()).toContain('KAFKA_BROKERS: expected host:port');
    } finally {
      writeFileSync(program, service);
    }
  });

  it('says which port is in use, and how to choose another', async () => {
    const refused = start([], { ROUTER_PORT: new URL(`http://${process.env.KAFKA_BROKERS!.split(',')[0]!}`).port });
    expect(await refused.ended).toEqual([1, null]);
    expect(refused.said()).toMatch(/Port \d+ of 127.0.0.1, which router needs, is in use.*ROUTER_PORT=… npm start/s);
  });
});
