import type { EndpointEvent, NotificationPoint } from '#contracts';

/** Says in an endpoint's history that a webhook was not told of an event. Nobody is told of it: it would follow itself. */
export const givenUp = 'notification-given-up';

const pointOf: Readonly<Record<string, NotificationPoint>> = {
  rollout: 'rollout',
  'weight-set': 'step',
  verdict: 'verdict',
  promoted: 'promoted',
  succeeded: 'promoted',
  'rolled-back': 'rolled-back',
  failed: 'rolled-back',
};

/** Whether an event is one for somebody who is told at these points. */
export function isFor(
  { type, detail }: Pick<EndpointEvent, 'type' | 'detail'>,
  on: readonly NotificationPoint[],
): boolean {
  if (type === givenUp) return false;
  if (on.includes('event')) return true;
  const point = movesTraffic(type, detail) ? 'step' : pointOf[type];
  return point !== undefined && on.includes(point);
}

/** A plan that was only written again has no step in its event. */
const movesTraffic = (type: string, detail: unknown): boolean =>
  type === 'plan' && typeof detail === 'object' && detail !== null && 'step' in detail;
