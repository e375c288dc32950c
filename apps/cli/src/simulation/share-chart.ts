import pc from 'picocolors';
import { spanText } from './words.js';

/** So many that 5 % show as a row of their own. */
const height = 12;
const fills = ['█', '░', '▓', '▒', '▚', '·', '▞', '+'];
const colours = [pc.blue, pc.green, pc.yellow, pc.magenta, pc.cyan, pc.red, pc.white, pc.gray];

export interface ShareChart {
  /** Share of each version in equal parts of time; the first version stands at the bottom. */
  readonly shares: Readonly<Record<string, readonly number[]>>;
  /** How much time they are, ms. */
  readonly span: number;
  /** Characters from side to side. */
  readonly width: number;
}

/** Shares of the traffic over time, stacked, for a terminal. */
export function shareChart({ shares, span, width }: ShareChart): string {
  const versions = Object.keys(shares);
  const columns = width - 8;
  const stacks = Array.from({ length: columns }, (_, column) =>
    versions.map((version) => sharesIn(shares[version] ?? [], column / columns, (column + 1) / columns)),
  );
  const rows = Array.from({ length: height }, (_, row) => {
    const level = 1 - (row + 0.5) / height;
    return `${label(row)} │${painted(stacks.map((stack) => versionAt(stack, level)))}`;
  });
  return [
    ...rows,
    `  0 % └${'─'.repeat(columns)}`,
    `       ${axis(span, columns)}`,
    `       ${versions.map((version, i) => `${fill(i)} ${version}`).join('   ')}`,
  ].join('\n');
}

const label = (row: number): string => (row === 0 ? '100 %' : row === height / 2 ? ' 50 %' : '     ');

/** Index of the version that covers a level of the stack. */
function versionAt(stack: readonly number[], level: number): number {
  let top = 0;
  const index = stack.findIndex((share) => (top += share) > level);
  return index === -1 ? stack.length - 1 : index;
}

/** Neighbours of one version share their colour codes. */
function painted(row: readonly number[]): string {
  const stretches: { version: number; length: number }[] = [];
  for (const version of row) {
    const last = stretches.at(-1);
    if (last?.version === version) last.length++;
    else stretches.push({ version, length: 1 });
  }
  return stretches.map(({ version, length }) => fill(version, length)).join('');
}

function fill(version: number, length = 1): string {
  const [text = '█', colour = pc.blue] = [fills[version % fills.length], colours[version % colours.length]];
  return colour(text.repeat(length));
}

/** Mean of the parts that lie within, both ends as parts of the whole. */
function sharesIn(parts: readonly number[], from: number, to: number): number {
  const first = Math.floor(from * parts.length);
  const within = parts.slice(first, Math.max(first + 1, Math.floor(to * parts.length)));
  return within.reduce((sum, share) => sum + share, 0) / Math.max(1, within.length);
}

/** Times at the start, the middle and the end. */
function axis(span: number, columns: number): string {
  const [middle, end] = [spanText(span / 2), spanText(span)];
  const half = Math.floor(columns / 2) - Math.floor(middle.length / 2);
  const line = `0${' '.repeat(Math.max(1, half - 1))}${middle}`;
  return line + end.padStart(Math.max(end.length + 1, columns - line.length));
}
