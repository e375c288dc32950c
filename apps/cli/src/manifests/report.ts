import type { ApplyReport, ManifestDifference } from '#contracts';
import { shadowsOf, sharesOf } from '../output.js';

/** What applying a manifest did, or would do, in lines. */
export function reportLines(report: ApplyReport, dryRun: boolean): string[] {
  const { name, action, revision, epoch, rollout, versions, conflict } = report;
  if (action === 'unchanged') return [`endpoint ${name}: unchanged, revision ${revision}, plan ${epoch}`];
  const would = dryRun ? 'would be ' : '';
  const lines = [`endpoint ${name}: ${would}${action}, revision ${revision}, plan ${epoch}`];
  for (const one of report.differences) lines.push(`  ${differenceLine(one)}`);
  for (const version of versions.added) lines.push(`  new version ${version}`);
  for (const version of versions.retired) lines.push(`  version ${version} goes`);
  const begins = rollout.begins ? 'begins' : 'goes on, with its evidence';
  lines.push(`  rollout ${rollout.id} (${rollout.strategy}) ${begins}`);
  const [before, after] = [trafficWords(report.trafficBefore), trafficWords(report.traffic)];
  lines.push(before === after ? `  traffic stays: ${after}` : `  traffic: ${before} → ${after}`);
  if (conflict !== undefined)
    lines.push(
      `  refused without --force-conflicts: revision ${conflict.revision} was applied by ${conflict.actor} at ${conflict.at}`,
    );
  return lines;
}

function differenceLine({ path, before, after }: ManifestDifference): string {
  if (before === undefined) return `+ ${path}: ${valueText(after)}`;
  if (after === undefined) return `- ${path}: ${valueText(before)}`;
  return `~ ${path}: ${valueText(before)} → ${valueText(after)}`;
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function trafficWords(traffic: ApplyReport['trafficBefore']): string {
  if (traffic === null) return 'none';
  const shadows = shadowsOf(traffic.shadows);
  return sharesOf(traffic.allocation) + (shadows === '' ? '' : `; shadows ${shadows}`);
}
