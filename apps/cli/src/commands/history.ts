import type { Command } from 'commander';
import type { PlanView, RolloutView } from '#contracts';
import { atLeastOne } from '../arguments.js';
import { apiOf } from '../context.js';
import { print, sharesOf, shadowsOf, tableOf } from '../output.js';

interface Options {
  readonly limit: number;
  readonly plans?: true;
  readonly rollout?: number;
}

/** `history NAME`: the rollouts of an endpoint, or with `--plans` its traffic plans. */
export function registerHistory(program: Command): void {
  program
    .command('history')
    .argument('<name>', 'the endpoint, deleted ones too')
    .option('-n, --limit <number>', 'how many, newest first', atLeastOne, 50)
    .option('--plans', 'the traffic plans instead of the rollouts')
    .option('--rollout <id>', 'only the plans of this rollout', atLeastOne)
    .description('which rollouts an endpoint has been through: from when to when, how they ended and by whom')
    .action(async (name: string, { limit, plans, rollout }: Options, command: Command) => {
      const api = apiOf(command);
      if (plans === true || rollout !== undefined) {
        const all = await api.plans(name, limit, rollout);
        print(command, all, () => plansTable(all));
      } else {
        const all = await api.rollouts(name, limit);
        print(command, all, () => rolloutsTable(all));
      }
    });
}

export function rolloutsTable(rollouts: readonly RolloutView[]): string {
  return tableOf(
    ['ROLLOUT', 'STRATEGY', 'VERSIONS', 'STATUS', 'FROM', 'TO', 'PLANS', 'VERDICT', 'STARTED BY', 'ENDED BY'],
    rollouts.map(({ id, strategy, versions, status, startedAt, endedAt, plans, verdict, startedBy, endedBy }) => [
      String(id),
      strategy,
      versions.join(', '),
      status,
      startedAt,
      endedAt ?? '–',
      String(plans),
      verdict === null ? '–' : [verdict.outcome, verdict.version].filter(Boolean).join(' '),
      startedBy ?? '–',
      endedBy === null ? '–' : [endedBy.actor, endedBy.reason].filter(Boolean).join(': '),
    ]),
  );
}

export function plansTable(plans: readonly PlanView[]): string {
  return tableOf(
    ['PLAN', 'ROLLOUT', 'STEP', 'AT', 'SHARES', 'SHADOWS', 'WHY'],
    plans.map(({ epoch, rollout, step, at, publishedAt, allocation, shadows, reason }) => [
      String(epoch),
      String(rollout),
      String(step),
      publishedAt === null ? `${at} (not published yet)` : at,
      sharesOf(allocation),
      shadowsOf(shadows),
      reason ?? '',
    ]),
  );
}
