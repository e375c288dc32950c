/**
 * The demo of `npm start`: the four strategies, one after the other, on scikit-learn's handwritten digits, through real
 * Kafka and Postgres. Every figure shown is read from Postgres.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import colors from 'picocolors';
import { Pool } from 'pg';
import type { EndpointView } from '#contracts';
import { Api } from '../../apps/cli/src/api.js';
import { sendArtifacts } from '../../apps/cli/src/artifacts/send-artifacts.js';
import { acts, type Act } from './acts.js';
import { freshEndpointName, readRollout, readSummary, readTotals } from './figures.js';
import { LiveTable, say, summaryTable } from './screen.js';
import { Traffic, type HeldOut } from './traffic.js';

const settings = {
  ingressUrl: process.env['INGRESS_URL'] ?? 'http://127.0.0.1:8080',
  deployerUrl: process.env['DEPLOYER_URL'] ?? 'http://127.0.0.1:8081',
  brokers: (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:19092').split(','),
  prefix: process.env['TOPIC_PREFIX'] ?? 'understudy',
  databaseUrl: process.env['DATABASE_URL'] ?? 'postgres://understudy:understudy@127.0.0.1:15432/understudy',
  rate: Number(process.env['DEMO_RATE'] ?? 200),
};
const folder = 'examples/digits';

function manifest(endpoint: string, act: Act): unknown {
  return {
    apiVersion: 'understudy/v1',
    kind: 'Endpoint',
    metadata: { name: endpoint },
    spec: {
      versions: ['v1', 'v2', 'v3'].map((name) => ({
        name,
        runtime: 'onnx',
        artifact: `models/${name}.onnx`,
        output: 'label',
      })),
      truth: { metric: 'accuracy', window: '10m', missing: 'drop' },
      strategy: act.strategy,
    },
  };
}

/** As `understudy apply` does it: the models are sent first, those that are not there yet. */
async function apply(endpoint: string, act: Act): Promise<void> {
  const { deployerUrl: deployer, ingressUrl: ingress } = settings;
  const api = new Api({ deployer, ingress, feedback: '' });
  const sent = await sendArtifacts(api, manifest(endpoint, act), { folder, actor: 'demo' });
  const response = await fetch(`${settings.deployerUrl}/api/v1/endpoints/${endpoint}?wait=30s`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`PUT ${endpoint} answered ${response.status}: ${text}`);
  const view = await fetch(`${settings.deployerUrl}/api/v1/endpoints/${endpoint}`).then(
    (answer) => answer.json() as Promise<EndpointView>,
  );
  if (!view.ready)
    throw new Error(`endpoint "${endpoint}" is not ready after 30 s; it waits for: ${view.waitsFor.join('; ')}`);
}

async function watch(pool: Pool, endpoint: string, act: Act): Promise<void> {
  const began = Date.now();
  const table = new LiveTable();
  for (;;) {
    await delay(500);
    const figures = await readRollout(pool, endpoint);
    table.show(figures, Date.now());
    const seconds = (Date.now() - began) / 1_000;
    const over = act.until({ status: figures.status, outcome: figures.verdict?.outcome ?? null });
    if ((over && seconds >= act.minSeconds) || seconds >= act.maxSeconds) {
      table.close(figures);
      return;
    }
  }
}

/** Whether each rollout came to what its act expects; says where not. */
function compare(rollouts: Awaited<ReturnType<typeof readSummary>>): string[] {
  return acts.flatMap((act, index) => {
    const rollout = rollouts[index];
    if (rollout === undefined) return [`${act.title}: no rollout in table deployments`];
    const { champion, status } = act.expected;
    const problems = [];
    if (rollout.champion !== champion)
      problems.push(`${act.title}: ended at ${rollout.champion}, expected ${champion}`);
    if (status !== undefined && rollout.status !== status)
      problems.push(`${act.title}: ended as ${rollout.status}, expected ${status}`);
    return problems;
  });
}

/** Waits until the log has a primary row for each request that got a label, at most 30 s: the log comes a moment after the answers. */
async function logComplete(pool: Pool, endpoint: string): Promise<void> {
  for (let look = 0; look < 60; look += 1) {
    const { requests, labels } = await readTotals(pool, endpoint);
    if (requests.reduce((sum, row) => sum + row.requests, 0) >= labels) return;
    await delay(500);
  }
}

async function main(): Promise<number> {
  const began = Date.now();
  const heldOut = JSON.parse(await readFile('examples/digits/held-out.json', 'utf8')) as HeldOut;
  const pool = new Pool({ connectionString: settings.databaseUrl, max: 4 });
  const endpoint = await freshEndpointName(pool, 'digits');
  say(colors.bold(`Understudy demo: handwritten digits, endpoint "${endpoint}"`));
  say(
    `${heldOut.rows.length} held-out rows, shuffled and repeated as needed, ${settings.rate} requests/s: half over HTTP, half straight into` +
      ` Kafka.\nEach label follows 1 to 5 s later, by HTTP, Kafka or SQL in turn. Every figure below is read from Postgres.`,
  );

  const traffic = new Traffic({ ...settings, endpoint, pool, heldOut });
  try {
    for (const [index, act] of acts.entries()) {
      say();
      say(colors.bold(`${index + 1}. ${act.title}`));
      say(`   ${act.about}`);
      await apply(endpoint, act);
      // From the first act on the traffic never stops, whatever is put in place.
      if (index === 0) await traffic.start();
      await watch(pool, endpoint, act);
    }
  } finally {
    await traffic.stop();
  }

  await logComplete(pool, endpoint);
  const rollouts = await readSummary(pool, endpoint);
  const totals = await readTotals(pool, endpoint);
  const problems = compare(rollouts);
  await pool.end();

  say();
  say(colors.bold('What happened'));
  say(summaryTable(rollouts));
  say(
    `primary rows in the log: ${totals.requests.map((row) => `${row.requests} ${row.status} by ${row.source}`).join(', ')}`,
  );
  say(`labels: ${totals.labels}, answers scored by them (shadows too): ${totals.scored}`);
  for (const [failure, times] of traffic.failures) say(colors.red(`${times} × ${failure}`));
  for (const problem of problems) say(colors.red(`not as expected: ${problem}`));
  say(`took ${Math.round((Date.now() - began) / 1_000)} s`);
  say();
  say(colors.bold('Try next'));
  say(`  npx understudy describe ${endpoint}          what is running, the evidence and the verdict`);
  say(`  npx understudy events ${endpoint}            every plan and why it was made`);
  say(`  npx understudy rollback ${endpoint}          the way back, at once`);
  say(`  npx understudy apply -f examples/digits/endpoint.yaml    a rollout of your own`);
  say(`  psql ${settings.databaseUrl}  -c "SELECT version, role, count(*) FROM predictions GROUP BY 1, 2"`);
  return problems.length > 0 || traffic.failures.size > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(colors.red(`the demo stopped: ${error instanceof Error ? error.message : String(error)}`));
  process.exitCode = 1;
}
