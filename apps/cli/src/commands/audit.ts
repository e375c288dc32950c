import type { Command } from 'commander';
import type { AuditDifference } from '#contracts';
import { apiOf } from '../context.js';
import { print } from '../output.js';
import { progressLine } from '../progress-line.js';

/** As many are shown; all are counted. */
const mostShown = 100;

/** `audit NAME`: works outcomes, statistics and assignments out again and compares. */
export function registerAudit(program: Command): void {
  program
    .command('audit')
    .argument('<name>', 'the endpoint')
    .description('work outcomes, statistics and logged assignments out again from the log and the truth, and compare')
    .option('--repair', 'mend outcomes and statistics that differ')
    .action(async (name: string, { repair = false }: { repair?: boolean }, command: Command) => {
      const report = await auditOf(apiOf(command).audit(name, repair));
      print(command, { endpoint: name, ...report }, () => inWords(name, report));
      if ((report.left ?? report.differences) > 0) process.exitCode = 1;
    });
}

interface AuditReport {
  readonly requests: number;
  readonly differences: number;
  /** After a repair; null: nothing was to be mended. */
  readonly left: number | null;
  readonly shown: readonly AuditDifference[];
}

async function auditOf(lines: ReturnType<ReturnType<typeof apiOf>['audit']>): Promise<AuditReport> {
  const shown: AuditDifference[] = [];
  const progress = progressLine();
  try {
    for await (const line of lines) {
      if ('error' in line) throw new Error(line.error);
      if ('progress' in line) progress.show(() => `${line.progress} requests`);
      const difference = 'difference' in line ? line.difference : 'left' in line ? line.left : undefined;
      if (difference !== undefined && shown.length < mostShown) shown.push(difference);
      if ('end' in line) return { ...line.end, shown };
    }
  } finally {
    progress.clear();
  }
  throw new Error('the audit broke off; see the log of feedback');
}

/** A report for people. */
export function inWords(name: string, { requests, differences, left, shown }: AuditReport): string {
  const lines = shown.map(
    ({ table, key, stored, recounted }) =>
      `${table} ${key}\n  stored     ${JSON.stringify(stored)}\n  recounted  ${JSON.stringify(recounted)}`,
  );
  const found =
    differences === 0 ? 'all as it ought to be' : `${differences} difference${differences === 1 ? '' : 's'}`;
  const mended = left === null ? '' : left === 0 ? ', all mended' : `, ${left} left after the repair`;
  const hidden = differences > shown.length ? [`… ${mostShown} are shown`] : [];
  return [...lines, ...hidden, `${name}: ${requests} requests, ${found}${mended}`].join('\n');
}
