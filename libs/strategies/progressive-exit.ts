import type { Check, Evidence, Verdict } from '#contracts';
import { isEstimate } from './checks/estimates.js';
import { elapsedCheck } from './checks/progress.js';
import { isBlocked } from './hold.js';
import { partsOf, timesOf, type Stage } from './progressive-spec.js';
import { totalOf } from './step-evidence.js';
import type { Evaluation } from './strategy.js';
import { span } from './words.js';

export interface StageSeen {
  readonly stage: Stage;
  /** What the stage's strategy says. */
  readonly said: Evaluation<unknown>;
  readonly candidate: string;
  /** Of the stage. */
  readonly evidence: Evidence | null;
  /** When the stage began, ms since 1970. */
  readonly since: number;
  readonly now: number;
}

/**
 * What becomes of a stage: `goes on` by its strategy; `waits` as it stands, though its strategy would end it; `passed`; or `failed`. A strategy that has found
 * no difference has nothing against the candidate, unless it was to find the better one (bandit).
 */
export interface Exit {
  readonly fate: 'goes on' | 'waits' | 'passed' | 'failed';
  readonly reason: string;
  readonly checks: Check[];
}

export function exitOf(seen: StageSeen): Exit {
  const { stage, said, candidate, since, now } = seen;
  const { min, max, onMax } = timesOf(stage);
  const { verdict, status } = said;
  const least = min === 0 ? [] : [elapsedCheck({ name: 'least-time', since, needed: min, now })];
  const checks = [...verdict.checks, ...least];
  const exit = (fate: Exit['fate'], reason = verdict.reason): Exit => ({ fate, reason, checks });
  if (status === 'failed' || (status === 'succeeded' && !isForCandidate(seen))) return exit('failed');
  const early = least.find(({ outcome }) => outcome === 'wait');
  if (status === 'succeeded') {
    return early === undefined ? exit('passed') : exit('waits', `${early.detail}: ${verdict.reason}`);
  }
  if (now - since < max || onMax === 'hold' || isHeld(checks)) return exit('goes on');
  const undecided = `not decided within ${span(max)}`;
  if (onMax === 'rollback') return exit('failed', undecided);
  // Time alone says nothing of a version that has not been tried.
  if (requestsOf(seen) === 0) return exit('goes on', `${candidate} has had no request in this stage yet`);
  return exit(
    'passed',
    stage.for === undefined
      ? `${undecided}, and nothing against ${candidate}`
      : `nothing against ${candidate} in ${span(max)}`,
  );
}

const isForCandidate = ({ stage, said: { verdict }, candidate }: StageSeen): boolean => {
  if (partsOf(stage).name === 'bandit') return verdict.outcome === 'promote' && verdict.version === candidate;
  return true;
};

/** Data that cannot be trusted or are too old, and estimates, end no stage. */
const isHeld = (checks: readonly Check[]): boolean =>
  isBlocked(checks) || checks.some((check) => check.outcome === 'wait' && (check.name === 'lag' || isEstimate(check)));

function requestsOf({ evidence, candidate }: StageSeen): number {
  const copies = evidence?.pairs.find(({ shadow }) => shadow === candidate)?.requests ?? 0;
  return copies + totalOf(evidence, candidate).requests;
}

/** The stage's verdict while the rollout is in it: what its strategy said, with the place in the list. */
export function verdictInStage({ stage, said, candidate, since, now }: StageSeen, exit: Exit, title: string): Verdict {
  const { max, onMax } = timesOf(stage);
  const { outcome, waitsFor = exit.reason } = said.verdict;
  const overdue = onMax === 'hold' && now - since >= max ? `; an operator: it is not decided within ${span(max)}` : '';
  const base = { version: candidate, checks: exit.checks, reason: `${title}: ${exit.reason}` };
  // What only its own end would bring about is no more than a step of the rollout.
  if (outcome === 'advance') return { ...base, outcome };
  return { ...base, outcome: 'hold', waitsFor: `${exit.fate === 'waits' ? exit.reason : waitsFor}${overdue}` };
}
