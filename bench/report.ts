import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Effort, Result } from './benchmark.js';
import type { GoalOutcome } from './goals.js';
import { describeCpu } from './harness/cpu.js';
import type { Machine } from './harness/machine.js';

/** A whole run, as the file holds it. */
export interface Run {
  readonly date: string;
  readonly machine: Machine;
  /** Postgres's version and settings, as it says itself. */
  readonly postgres: Readonly<Record<string, string>>;
  readonly effort: Effort;
  readonly results: Readonly<Record<string, Result & { readonly title: string }>>;
  /** Benchmarks that failed, and why. */
  readonly failures: Readonly<Record<string, string>>;
  readonly goals: readonly GoalOutcome[];
}

/** Writes a run to `<folder>/<date>-<name>.json` and gives back the path. */
export function write(run: Run, name: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${run.date.slice(0, 16).replaceAll(':', '')}-${name}.json`);
  writeFileSync(file, `${JSON.stringify(run, roundNumbers, 2)}\n`);
  return file;
}

/** The run as tables for a terminal. */
export function render(run: Run): string {
  const { cores, cpu, memoryGb, node } = run.machine;
  const parts = [`${cores} cores (${cpu}), ${memoryGb} GB, Node ${node}, ${run.date}`];
  const loads = Object.values(run.results).filter((result) => result.loads !== undefined);
  if (loads.length > 0) parts.push(loadTable(loads));
  const figures = Object.entries(run.results).flatMap(([name, result]) =>
    (result.figures ?? []).map((figure) => ({ ...figure, name: `${name}: ${figure.name}` })),
  );
  if (figures.length > 0) {
    const table = newTable(['', 'value', 'unit', 'how']);
    for (const { name, value, unit, detail } of figures) table.push([name, short(value), unit, detail]);
    parts.push(table.toString());
  }
  parts.push(goalTable(run.goals));
  for (const [name, error] of Object.entries(run.failures)) parts.push(`${name} failed: ${error}`);
  return parts.join('\n\n');
}

const none = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
};
const alsoNone = {
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Columns side by side, without lines. */
const newTable = (head: string[]) =>
  new Table({
    head,
    chars: { ...none, ...alsoNone },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });

function loadTable(results: readonly (Result & { title: string })[]): string {
  const table = newTable(['', 'concurrent', 'requests/s', 'p50 ms', 'p99 ms', 'errors', 'CPU µs a request']);
  for (const { title, loads = [] } of results) {
    table.push([title]);
    for (const { concurrent, perSecond, latencies, errors, cpuMicros } of loads) {
      const figures = [perSecond.toFixed(0), latencies.p50.toFixed(1), latencies.p99.toFixed(1), String(errors)];
      table.push(['', String(concurrent), ...figures, describeCpu(cpuMicros)]);
    }
  }
  return table.toString();
}

function goalTable(goals: readonly GoalOutcome[]): string {
  const table = newTable(['goal', 'wanted', 'value', '']);
  for (const { goal, wanted, value, met } of goals) {
    table.push([
      goal,
      wanted,
      value === null ? '' : short(value),
      met === null ? 'not measured' : met ? 'met' : 'NOT met',
    ]);
  }
  return table.toString();
}

const short = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** Four decimals are more than any of the clocks gives. */
const roundNumbers = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value;
