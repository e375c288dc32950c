import type { Check, Evidence, Verdict, VerdictWait, WaitEstimate } from '#contracts';
import { truthPace, type TruthPace } from './truth-pace.js';
import { figure, span } from './words.js';

/** Checks of a time that passes by itself. */
const times = new Set(['interval', 'least-time', 'watch']);

type PaceOf = (version: string | undefined) => TruthPace | undefined;

/**
 * How long a verdict that holds may still have to: the longest of its waiting checks. Null where it does not hold. What only an operator, a broken log or
 * rewards that point neither way could end is unknown, and so is the whole then.
 */
export function waitEstimate(verdict: Verdict | null, evidence: Evidence | null, now: number): VerdictWait | null {
  if (verdict?.outcome !== 'hold') return null;
  const waiting = gatesOf(verdict.checks.filter(({ outcome }) => outcome === 'wait' || outcome === 'block'));
  const pace: PaceOf = (version) => (version === undefined ? undefined : truthPace(evidence, version, now));
  const checks = waiting.map((check) => ({ ...nameOf(check), ...estimateOf(check, pace) }));
  const [first] = checks;
  if (first === undefined) return { ms: null, because: verdict.waitsFor ?? verdict.reason, checks };
  const slowest = checks.find(({ ms }) => ms === null) ?? checks.reduce((a, b) => ((b.ms ?? 0) > (a.ms ?? 0) ? b : a));
  return { ms: slowest.ms, because: slowest.because, checks };
}

const nameOf = ({ name, version }: Check) => ({ name, ...(version === undefined ? {} : { version }) });

/**
 * Those of the waiting checks that the verdict waits for: a race ends by a winner or because it does not matter who wins, and of the second nobody can say
 * when; a watched update stands when its time is over, whatever the others came to.
 */
function gatesOf(waiting: readonly Check[]): readonly Check[] {
  const has = (wanted: string) => waiting.some(({ name }) => name === wanted);
  if (has('watch')) return waiting.filter(({ name }) => name === 'watch' || name === 'lag');
  return has('winner') ? waiting.filter(({ name }) => name !== 'indifference') : waiting;
}

const unknown = (because: string): WaitEstimate => ({ ms: null, because });

function estimateOf(check: Check, paceOf: PaceOf): WaitEstimate {
  const { name, outcome, value, threshold } = check;
  if (outcome === 'block') return unknown('the data cannot be trusted: no time mends that');
  if (times.has(name)) return untilOver(check);
  if (name !== 'min-samples' && name !== 'reward' && name !== 'winner') return unknown(check.detail);
  const pace = paceOf(check.version);
  if (pace === undefined || value === undefined || threshold === undefined) return unknown(check.detail);
  if (pace.perMs === 0) return unknown(`no truth of ${check.version ?? 'it'} has come yet`);
  if (name === 'min-samples') return after(threshold - value, pace, 'has enough truth');
  const needed = threshold > 0 ? byEvidence(pace, value, threshold) : byInterval(pace, check, value, threshold);
  if (needed === undefined) return unknown('what the rewards say so far points neither way');
  return after(needed - pace.scored, pace, 'the rewards are clear, if they stay as they are');
}

function untilOver({ value, threshold, detail }: Check): WaitEstimate {
  if (value === undefined || threshold === undefined) return unknown(detail);
  return { ms: Math.max(0, threshold - value) * 1000, because: detail };
}

function after(units: number, { perMs }: TruthPace, what: string): WaitEstimate {
  const more = Math.max(0, Math.ceil(units));
  const ms = more / perMs;
  return {
    ms,
    because: `${figure(more)} more scored units, ${figure(perMs * 3_600_000)} an hour: ${what} in ${span(ms)}`,
  };
}

/**
 * Units in all at which evidence reaches its threshold: a likelihood ratio grows with each of them. An e-value of pairs (a mixture over what the
 * difference may be) has paid for not knowing it, by about half the logarithm of their number.
 */
function byEvidence({ scored, unequal }: TruthPace, value: number, threshold: number): number | undefined {
  if (unequal === undefined) return value > 0 ? (scored * threshold) / value : undefined;
  const paid = (pairs: number): number => Math.max(0, Math.log((2 * pairs) / Math.PI) / 2);
  const growth = (value + paid(unequal)) / unequal;
  if (!(growth > 0)) return undefined;
  let needed = unequal;
  for (let round = 0; round < 10; round++) needed = (threshold + paid(needed)) / growth;
  return (scored * needed) / unequal;
}

/**
 * Units in all at which an interval about the present estimate leaves the threshold, above or below: its width falls with the root of their number. The
 * logarithm that a sequence has beside is left out.
 */
function byInterval(
  { scored }: TruthPace,
  { lower, upper }: Check,
  value: number,
  threshold: number,
): number | undefined {
  if (lower === undefined || upper === undefined || value === threshold) return undefined;
  const width = value > threshold ? value - lower : upper - value;
  return scored * Math.max(1, (width / (value - threshold)) ** 2);
}
