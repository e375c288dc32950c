import type { EndpointView } from '#contracts';

/** What `wait` can wait for, and in words. */
export const waitedFor = {
  promoted: 'a new version has all of the traffic, and its rollout has ended well',
  'rolled-back': 'the rollout has ended without the new version',
  ready: 'every router has the plan and every version it names a worker',
  verdict: 'a verdict other than hold',
  ended: 'the rollout has ended, whichever way',
} as const;
export type WaitedFor = keyof typeof waitedFor;

/** Whether it has come; `never` where it cannot come any more. @param rollout the one that is waited for */
export function hasCome(wanted: WaitedFor, view: EndpointView, rollout: number): 'yes' | 'not yet' | 'never' {
  if (wanted === 'ready') return view.ready ? 'yes' : 'not yet';
  const isSuperseded = view.rollout.id !== rollout;
  const { status } = view.rollout;
  const hasEnded = isSuperseded || (status !== 'running' && status !== 'paused');
  const outcome = view.verdict?.outcome;
  if (wanted === 'ended') return hasEnded ? 'yes' : 'not yet';
  if (wanted === 'verdict' && !isSuperseded) return outcome !== undefined && outcome !== 'hold' ? 'yes' : 'not yet';
  if (!hasEnded) return 'not yet';
  if (isSuperseded) return 'never';
  const wasPromoted = status === 'succeeded' && (outcome === 'promote' || outcome === 'steady');
  return wasPromoted === (wanted === 'promoted') ? 'yes' : 'never';
}

/** Where it stands, in a line. */
export function standing({ rollout, verdict, ready, waitsFor, strategy }: EndpointView): string {
  const said = verdict === null ? 'no verdict yet' : `${verdict.outcome}: ${verdict.reason}`;
  const notReady = ready ? '' : `; not ready: ${waitsFor.join('; ')}`;
  return `rollout ${rollout.id} (${strategy.name}) ${rollout.status}, ${said}${notReady}`;
}
