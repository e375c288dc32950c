import type { IncomingHttpHeaders } from 'node:http';
import type { TrafficPlan } from '#contracts';
import { headerText } from './caller-headers.js';

/** Headers with a meaning of their own in Kafka: a caller must not set them through a rule. */
const reserved = /^(ce_|kafka_|understudy-)/i;

/** The caller's headers that the plan's rules ask about, named as the rules name them; undefined where there are none. */
export function ruleHeaders(plan: TrafficPlan, given: IncomingHttpHeaders): Record<string, string> | undefined {
  if (plan.rules === undefined) return undefined;
  const found: Record<string, string> = {};
  for (const { when } of plan.rules) {
    if (!('header' in when) || reserved.test(when.header)) continue;
    const value = headerText(given, when.header.toLowerCase());
    if (value !== undefined) found[when.header] = value;
  }
  return found;
}
