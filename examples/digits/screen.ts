import Table from 'cli-table3';
import { createLogUpdate } from 'log-update';
import colors from 'picocolors';
import type { RolloutFigures, RolloutSummary, VersionFigures } from './figures.js';

const live = createLogUpdate(process.stdout);
const interactive = process.stdout.isTTY;
const percent = (value: number, digits = 1) => `${(value * 100).toFixed(digits)} %`;

/** A line that stays. */
export function say(text = ''): void {
  live.done();
  console.log(text);
}

/** The live table: redrawn in place on a terminal, printed anew every few seconds elsewhere. */
export class LiveTable {
  private printed = 0;

  constructor(private readonly plainEveryMs = 5_000) {}

  show(figures: RolloutFigures, now: number): void {
    if (interactive) {
      live(tableOf(figures));
      return;
    }
    if (now - this.printed < this.plainEveryMs) return;
    this.printed = now;
    console.log(tableOf(figures));
  }

  /** Leaves the last state standing. */
  close(figures: RolloutFigures): void {
    if (interactive) live(tableOf(figures));
    else console.log(tableOf(figures));
    live.done();
  }
}

function tableOf(figures: RolloutFigures): string {
  const table = new Table({
    head: ['version', 'share', 'requests', 'with truth', 'accuracy', '95 % interval'],
    style: { head: interactive ? ['cyan'] : [], border: interactive ? ['gray'] : [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const version of figures.versions) table.push(rowOf(version));
  const { verdict } = figures;
  const says = verdict === null ? 'no verdict yet' : `${colors.bold(verdict.outcome)}: ${verdict.reason}`;
  return `${table.toString()}\n  plan ${figures.epoch} · ${figures.status} · ${says}`;
}

function rowOf({ version, share, shadow, requests, scored, accuracy, interval }: VersionFigures): string[] {
  const filled = Math.round(share * 10);
  const bar = '█'.repeat(filled) + '·'.repeat(10 - filled);
  return [
    version,
    shadow ? `${'·'.repeat(10)} shadow` : `${bar} ${percent(share, 0)}`,
    String(requests),
    String(scored),
    accuracy === null ? '–' : accuracy.toFixed(3),
    interval === null ? '–' : `${interval.lower.toFixed(3)} … ${interval.upper.toFixed(3)}`,
  ];
}

/** The table at the end: one line a rollout. */
export function summaryTable(rollouts: readonly RolloutSummary[]): string {
  const table = new Table({
    head: ['', 'strategy', 'took', 'requests answered by', 'ended', 'champion', 'because'],
    style: { head: interactive ? ['cyan'] : [], border: interactive ? ['gray'] : [] },
    colWidths: [4, 10, 7, 30, 12, 10, 46],
    wordWrap: true,
  });
  for (const rollout of rollouts) {
    table.push([
      String(rollout.rollout),
      rollout.strategy,
      `${rollout.seconds.toFixed(0)} s`,
      rollout.answered
        .map(
          ({ version, requests, accuracy }) =>
            `${version} ${requests}${accuracy === null ? '' : ` (acc. ${accuracy.toFixed(3)})`}`,
        )
        .join('\n'),
      rollout.status,
      rollout.champion,
      rollout.reason,
    ]);
  }
  return table.toString();
}
