import type { BacktestView } from '#contracts';
import { bar } from '../bar.js';
import { pairsTable, verdictLines } from '../commands/describe.js';
import { tableOf } from '../output.js';

const count = (value: number): string => value.toLocaleString('en-US');

/** A backtest in words, its verdict as `describe` shows one. */
export function describeBacktest(view: BacktestView): string {
  const { id, endpoint, version, champion, status, reason, from, to, pair } = view;
  return [
    `backtest   ${id} of ${endpoint}: ${version} beside ${champion} on requests from ${from} to ${to}`,
    `status     ${statusOf(status, reason)}`,
    `requests   ${requestsOf(view)}`,
    ...(pair.requests === 0 ? [] : ['', pairsTable({ pairs: [pair] })]),
    '',
    ...verdictLines(view),
  ].join('\n');
}

function statusOf(status: BacktestView['status'], reason: string | null): string {
  if (reason === null) return status;
  return status === 'running' ? `running, waits for ${reason}` : `${status}: ${reason}`;
}

function requestsOf({ requests, otherVersions, through, skipped, lost, pair }: BacktestView): string {
  return [
    `${count(through)} of ${requests === null ? '?' : count(requests)} are through, ${count(pair.scored)} with their truth`,
    ...(skipped === 0 ? [] : [`${count(skipped)} skipped, since the log does not hold their body`]),
    ...(lost === 0 ? [] : [`${count(lost)} never answered`]),
    ...((otherVersions ?? 0) === 0 ? [] : [`${count(otherVersions ?? 0)} more were answered by other versions`]),
  ].join('; ');
}

/** Several, newest first. */
export function backtestsTable(views: readonly BacktestView[]): string {
  return tableOf(
    ['ID', 'VERSION', 'BESIDE', 'FROM', 'TO', 'STATUS', 'THROUGH', 'VERDICT'],
    views.map(({ id, version, champion, from, to, status, through, requests, verdict }) => {
      const of = requests === null ? '' : ` of ${count(requests)}`;
      return [String(id), version, champion, from, to, status, `${count(through)}${of}`, verdict?.outcome ?? '–'];
    }),
  );
}

/** `██████░░░░ 1,200 of 3,000 requests, 950/s, 2 s left; v3: hold` */
export function progressLine({ requests, through, version, verdict, reason }: BacktestView, perSecond: number): string {
  if (requests === null) return 'counting the requests…';
  const share = requests === 0 ? 1 : Math.min(1, through / requests);
  const left = perSecond > 0 ? `, ${count(Math.ceil(Math.max(0, requests - through) / perSecond))} s left` : '';
  const waits = reason === null ? '' : `; waits for ${reason}`;
  return `${bar(share)} ${count(through)} of ${count(requests)} requests, ${count(Math.round(perSecond))}/s${left}; ${version}: ${verdict?.outcome ?? 'nothing yet'}${waits}`;
}
