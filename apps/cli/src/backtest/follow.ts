import { setTimeout as sleep } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import type { BacktestView } from '#contracts';
import type { Api } from '../api.js';
import { ApiError } from '../errors.js';
import { progressLine } from './describe-backtest.js';

const lookEveryMs = 500;
/** A deployer that is started anew is waited for. */
const awayMs = 60_000;

/** Waits for a backtest's end and shows its progress on a terminal. Who stops waiting does not stop it. */
export async function follow(api: Api, started: BacktestView): Promise<BacktestView> {
  const show = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined;
  const begin = { at: Date.now(), through: started.through };
  let view = started;
  let heardAt = begin.at;
  while (view.status === 'running') {
    const perSecond = ((view.through - begin.through) / Math.max(1, Date.now() - begin.at)) * 1_000;
    show?.(progressLine(view, perSecond));
    await sleep(lookEveryMs);
    try {
      view = await api.backtest(started.endpoint, started.id);
      heardAt = Date.now();
    } catch (error) {
      const isAway = error instanceof ApiError && (error.unreachable || (error.status ?? 0) >= 500);
      if (!isAway || Date.now() - heardAt > awayMs) throw error;
    }
  }
  show?.clear();
  return view;
}
