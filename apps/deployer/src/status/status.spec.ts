import { expect, it } from 'vitest';
import type { StatusView } from '#contracts';
import { eventually, http } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';

const { harness, control, url } = useDeployer();

const status = async () => (await http<StatusView>(url('/status'))).body;

it('tells who lives and who leads, what is loaded, and what waits in Kafka and Postgres', async () => {
  const { stage } = harness;
  await control.put('seen', harness.manifest('seen', { single: { version: 'v1' } }, { partitions: 2 }));
  await stage.router({ seen: 1 });
  await stage.worker('seen', 'v1');
  await stage.upstream.request(
    'seen',
    [1, 2, 3].map((id) => ({ id: String(id), body: {} })),
  );
  await stage.upstream.produce(stage.topic('deadLetters'), [{ value: 'unreadable' }]);
  // Until its own heartbeat, and its leadership, are heard of.
  const view = await eventually(
    async () => {
      const now = await status();
      return now.problems.some((problem) => problem.includes('deployer') || problem.includes('worker'))
        ? undefined
        : now;
    },
    { what: 'a leader and a worker' },
  );
  expect(view).toMatchObject({
    kafka: { brokers: 1 },
    deadLetters: { count: 1 },
    versions: [{ endpoint: 'seen', version: 'v1', workers: 1, failures: [] }],
    disks: [{ path: harness.models }],
  });
  expect(view.services).toContainEqual({ app: 'router', instances: [{ instance: 'router-by-hand' }] });
  expect(view.services).toContainEqual({ app: 'deployer', instances: [expect.objectContaining({ leads: true })] });
  expect(view.lags).toContainEqual(expect.objectContaining({ topic: stage.topic('requests', { endpoint: 'seen' }), app: 'router', lag: 3 })); // prettier-ignore
  expect(view.partitions).toContainEqual(expect.objectContaining({ name: 'predictions_default' }));
  expect(view.problems).toEqual(['no living ingress', 'no living recorder', 'no living feedback']);
});
