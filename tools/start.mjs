// `npm start`: Kafka, Postgres, every service, then the demo; ctrl-C stops all of it. `npm start -- --help` says more.
import { relative } from 'node:path';
import { playDemo } from './demo.mjs';
import { endLeftOvers } from './left-overs.mjs';
import { removePostgresData } from './local-postgres.mjs';
import { pinnedNode } from './node-24.mjs';
import { Problem, report } from './problem.mjs';
import { repository } from './repository.mjs';
import { demoProgram } from './services.mjs';
import { Stack } from './stack.mjs';
import { readOptions, usage } from './start-options.mjs';
import { State } from './state.mjs';

const say = (line) => console.log(line);
const node = pinnedNode(repository);

async function main() {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) return say(usage);
  const state = new State(options.folder);
  const other = state.take();
  const stopped = untilStopped();
  if (other !== undefined) return besideAnotherRun(other, state, options, stopped);
  try {
    await run(state, options, stopped);
  } finally {
    state.remove('stack.json');
    state.release();
  }
}

/** The run that all others find: starts everything, plays the demo, stays until it is stopped, and ends everything. */
async function run(state, options, stopped) {
  state.remove('stack.json');
  await endLeftOvers(state, say);
  if (options.fresh) removeData(state, options);
  const stack = new Stack({ options, state, node, root: repository, say });
  try {
    await stack.start(stopped);
    state.write('stack.json', { addresses: stack.addresses });
    const { INGRESS_URL, DEPLOYER_URL } = stack.addresses;
    say(`\nUnderstudy runs: predictions at ${INGRESS_URL}, control at ${DEPLOYER_URL}/api/v1/endpoints.`);
    say(`Logs: ${relative(process.cwd(), state.logs)}/. Ctrl-C stops everything.\n`);
    const record = (pid) => state.record({ name: 'demo', pid, program: demoProgram, cwd: repository });
    const ended = options.demo ? await play(state, stack.addresses, stopped, record) : undefined;
    if (!stopped.aborted) {
      // The demo ends with commands of its own.
      say(ended ? `\n${ended} Everything else goes on running until ctrl-C.` : commandsToTry(stack.addresses));
    }
    await whenAborted(stopped);
  } catch (error) {
    if (!stopped.aborted) throw error;
  } finally {
    if (stopped.aborted) say('\nStopping everything.');
    await stack.stop();
    if (stopped.aborted) say('Everything has stopped.');
  }
}

/** A second `npm start` plays the demo once more, on what the first one runs. */
async function besideAnotherRun(other, state, options, stopped) {
  const refuse = (why) => {
    throw new Problem(
      `Understudy runs already here (process ${other}): ${why}\nStop it by ctrl-C in its terminal, or by kill ${other}.`,
    );
  };
  if (options.fresh) refuse('its data cannot be removed while it uses them.');
  if (!options.demo) refuse('there is nothing to start.');
  const running = state.read('stack.json');
  if (running === undefined) refuse('it is starting or stopping just now.');
  if (running.demo) refuse('its demo is still playing.');
  say(`Understudy runs already here (process ${other}): playing the demo once more, on that.\n`);
  const ended = await play(state, running.addresses, stopped);
  if (ended) say(`\n${ended} The other terminal's run goes on.`);
}

async function play(state, addresses, signal, record = () => undefined) {
  const onStart = (pid) => {
    record(pid);
    state.write('stack.json', { addresses, demo: pid });
  };
  try {
    return await playDemo({ node, root: repository, addresses, signal, onStart });
  } finally {
    if (!signal.aborted) state.write('stack.json', { addresses });
  }
}

function removeData(state, { brokers, databaseUrl }) {
  say('Starting from empty data.');
  if (brokers || databaseUrl) say('(Those of KAFKA_BROKERS and DATABASE_URL are left as they are.)');
  for (const name of ['kafka', 'artifacts', 'artifact-cache']) state.remove(name);
  removePostgresData(state.postgres);
}

/**
 * A signal that is aborted when this run is to end: by ctrl-C, by kill, by a closed terminal, or when the npm that runs it
 * has been killed. Any further ctrl-C changes nothing: npm passes on a second one anyway, and stopping takes seconds.
 */
function untilStopped() {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop);
  // Nobody reads it any more: the terminal is gone, or the pipe's reader.
  process.stdout.on('error', stop);
  process.on('uncaughtException', (error) => {
    report(error);
    process.exitCode = 1;
    stop();
  });
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => process.ppid !== parent && stop(), 1000).unref();
  }
  return stopping.signal;
}

function whenAborted(signal) {
  // A promise alone would not keep this process alive, should nothing else be left running.
  const alive = setInterval(() => undefined, 60_000);
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', resolve, { once: true });
  }).finally(() => clearInterval(alive));
}

const commandsToTry = ({ DEPLOYER_URL, DATABASE_URL }) => `Try, in another terminal:
  npx understudy get
  npx understudy apply -f examples/digits/endpoint.yaml
  curl ${DEPLOYER_URL}/api/v1/endpoints
  psql ${DATABASE_URL} -c 'SELECT endpoint, version, role, count(*) FROM predictions GROUP BY 1, 2, 3'`;

try {
  await main();
} catch (error) {
  report(error);
  process.exitCode = 1;
}
