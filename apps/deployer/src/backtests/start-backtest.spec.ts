import { expect, it } from 'vitest';
import { http } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';

const { url, apply } = useDeployer();

it.each([
  ['reward', {}, /reward of what was answered then/],
  ['module', { options: { module: 'v1.onnx' } }, /feedback service alone.*as a shadow/],
])('refuses a backtest by the metric %s before anything starts, and says why', async (metric, more, why) => {
  await apply(`past-${metric}`, { single: { version: 'v1' } }, { truth: { metric, ...more } });
  const answer = await http<{ error: string }>(url(`/endpoints/past-${metric}/backtests`), { method: 'POST', body: { version: 'v2' } }); // prettier-ignore
  expect(answer).toMatchObject({ status: 422, body: { error: expect.stringMatching(why) as string } });
  expect((await http(url(`/endpoints/past-${metric}/backtests`))).body).toEqual([]);
});
