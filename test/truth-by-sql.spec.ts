import { describe, expect, it } from 'vitest';
import { digit, digitsManifest, eventually, v2Question, weightOf } from '#testing';
import { useStack } from './use-stack.js';

describe('truth by SQL: an INSERT moves a plan', () => {
  const stack = useStack();
  const name = 'by-sql';

  it('holds without truth, and moves on once it stands in ground_truth', async () => {
    const { control, log, pool } = stack();
    const canary = { champion: 'v1', candidate: 'v2', steps: [50, 60], interval: '1s', minSamples: 40, margin: 0.1 };
    await control.apply(digitsManifest(name, { canary: { ...canary, onSuccess: 'promote' } }));
    const requests = stack().traffic({ endpoint: name, perSecond: 200 });
    await requests.more(600);
    await requests.stop();
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });

    const held = await control.awaitVerdict(name, ({ outcome }) => outcome === 'hold', 'a verdict');
    expect(held.waitsFor).toBeTruthy();
    expect(weightOf((await control.view(name)).plan, 'v2')).toBe(0.5);

    // What an analyst would do: a table of labels, joined to the log.
    const labels = [...requests.accepted].map((id) => ({ id, label: digit(Number(id.split('-').at(-1))).label }));
    await pool.query(
      `INSERT INTO ground_truth (endpoint, request_id, truth)
       SELECT endpoint, request_id, to_jsonb(label)
       FROM predictions JOIN unnest($2::text[], $3::int[]) AS labels (id, label) ON id = request_id
       WHERE endpoint = $1 AND role = 'primary'`,
      [name, labels.map(({ id }) => id), labels.map(({ label }) => label)],
    );
    await control.awaitPlan(name, (plan) => weightOf(plan, 'v2') > 0.5, 'the next step');
    expect((await log.outcomes(name)).length).toBeGreaterThan(0);
  });

  it('takes a correction: the last truth of an id is the one that counts', async () => {
    const { log, pool } = stack();
    const scored = await eventually(async () => (await log.outcomes(name)).find(({ reward }) => reward === 1), {
      what: 'a right answer',
    });
    const tell = async (truth: unknown) =>
      pool.query('INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ($1, $2, $3)', [
        name,
        scored.request_id,
        JSON.stringify(truth),
      ]);
    await tell(77);
    await eventually(async () => (await rewardOf(name, scored.request_id)) === 0, { what: 'the reward corrected' });
    await tell(digit(Number(scored.request_id.split('-').at(-1))).label);
    await eventually(async () => (await rewardOf(name, scored.request_id)) === 1, {
      what: 'the correction taken back',
    });
  });

  it('takes a reward as it is, where that is the metric', async () => {
    const { control, serving, pool } = stack();
    const rewarded = 'by-reward';
    await control.apply(digitsManifest(rewarded, { single: { version: 'v1' } }, { truth: { metric: 'reward' } }));
    await serving.infer(rewarded, { id: 'bought', ...v2Question(digit(0)) });
    // It may come before the prediction is in the log.
    await pool.query(`INSERT INTO ground_truth (endpoint, request_id, reward) VALUES ($1, 'bought', 12.5)`, [rewarded]);
    await eventually(async () => (await rewardOf(rewarded, 'bought')) === 12.5, { what: 'the reward as given' });
  });

  const rewardOf = async (endpoint: string, id: string) =>
    (await stack().log.outcomes(endpoint)).find(({ request_id, role }) => request_id === id && role === 'primary')
      ?.reward;
});
