import type { ApplyReport, EndpointReport, ManifestDifference, TemplateReport } from '#contracts';
import { shadowsOf, sharesOf } from '../output.js';

/** What applying a document did, or would do, in lines. */
export function reportLines(report: ApplyReport, dryRun: boolean): string[] {
  const { kind, name, action, revision, differences, conflict } = report;
  const would = dryRun && action !== 'unchanged' ? 'would be ' : '';
  const plan = kind === 'Endpoint' ? `, plan ${report.epoch}` : '';
  const lines = [`${kind.toLowerCase()} ${name}: ${would}${action}, revision ${revision}${plan}`];
  if (action === 'unchanged') return lines;
  for (const one of differences) lines.push(`  ${differenceLine(one)}`);
  lines.push(...(kind === 'Endpoint' ? endpointLines(report) : templateLines(report)));
  if (conflict !== undefined)
    lines.push(
      `  refused without --force-conflicts: revision ${conflict.revision} was applied by ${conflict.actor} at ${conflict.at}`,
    );
  return lines;
}

const templateLines = ({ usedBy }: TemplateReport): string[] =>
  usedBy.map((endpoint) => `  endpoint ${endpoint} uses it, and keeps what it has until it is applied or updated`);

function endpointLines({ rollout, versions, ...report }: EndpointReport): string[] {
  const lines: string[] = [];
  for (const version of versions.added) lines.push(`  new version ${version}`);
  for (const version of versions.retired) lines.push(`  version ${version} goes`);
  const begins = rollout.begins ? 'begins' : 'goes on, with its evidence';
  lines.push(`  rollout ${rollout.id} (${rollout.strategy}) ${begins}`);
  const [before, after] = [trafficWords(report.trafficBefore), trafficWords(report.traffic)];
  lines.push(before === after ? `  traffic stays: ${after}` : `  traffic: ${before} → ${after}`);
  return lines;
}

function differenceLine({ path, before, after }: ManifestDifference): string {
  if (before === undefined) return `+ ${path}: ${valueText(after)}`;
  if (after === undefined) return `- ${path}: ${valueText(before)}`;
  return `~ ${path}: ${valueText(before)} → ${valueText(after)}`;
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function trafficWords(traffic: EndpointReport['trafficBefore']): string {
  if (traffic === null) return 'none';
  const shadows = shadowsOf(traffic.shadows);
  return sharesOf(traffic.allocation) + (shadows === '' ? '' : `; shadows ${shadows}`);
}
