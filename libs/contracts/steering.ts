import { z } from 'zod';
import { versionName } from './names.js';
import { routingRule } from './plan.js';

/** Who and why: part of every verb's body. The header `x-actor` says who where the body does not. */
const byWhom = { reason: z.string().max(2000).optional(), actor: z.string().min(1).max(200).optional() };
const when = routingRule.shape.when;

/** Bodies of `POST /api/v1/endpoints/{name}/{verb}`, by verb. */
export const steeringBodies = {
  /** `version`: which one, where there are several. */
  promote: z.strictObject({ ...byWhom, version: versionName.optional() }),
  rollback: z.strictObject(byWhom),
  pause: z.strictObject(byWhom),
  resume: z.strictObject(byWhom),
  /** `weight`: the version's share of the traffic. */
  'set-weight': z.strictObject({ ...byWhom, version: versionName, weight: z.number().gt(0).lt(1) }),
  'add-arm': z.strictObject({ ...byWhom, version: versionName }),
  'retire-arm': z.strictObject({ ...byWhom, version: versionName }),
  /** `when`: whose requests; `version`: who answers them. */
  pin: z.strictObject({ ...byWhom, when, version: versionName }),
  unpin: z.strictObject({ ...byWhom, when }),
} as const;

export type SteeringVerb = keyof typeof steeringBodies;
export const steeringVerbs = Object.keys(steeringBodies) as SteeringVerb[];
export type SteeringBody<Verb extends SteeringVerb = SteeringVerb> = z.infer<(typeof steeringBodies)[Verb]>;

/** A verb with its body, read and checked. */
export type Steering = { [Verb in SteeringVerb]: { readonly verb: Verb } & Readonly<SteeringBody<Verb>> }[SteeringVerb];
