import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect } from 'vitest';
import { repository } from '../../libs/testing/repository.js';

/**
 * Compares what a run has made with what a page of the documentation says between `<!-- generated: NAME -->` and `<!-- end of NAME -->`. With
 * `npm run test:statistics -- --update` it writes it there instead. All of it is seeded, so that it differs only where the code does.
 * @param page path within the repository
 */
export async function expectGenerated(page: string, name: string, markdown: string): Promise<void> {
  const path = join(repository, page);
  const before = readFileSync(path, 'utf8');
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page}: expected a line "${begin}", and after it "${end}"`);
  const after = `${before.slice(0, from + begin.length)}\n\n${markdown.trim()}\n\n${before.slice(to)}`;
  const wanted = await format(after, { ...(await resolveConfig(path)), filepath: path });
  if (process.env.UPDATE_PAGES === '1') writeFileSync(path, wanted);
  else expect(before, `${page} is not what this run makes: npm run test:statistics -- --update`).toBe(wanted);
}

/** A table in Markdown, row by row as tests come to them. */
export class Table {
  private readonly rows: string[][] = [];

  constructor(private readonly columns: readonly string[]) {}

  add(...cells: readonly (string | number)[]): void {
    this.rows.push(cells.map(String));
  }

  get markdown(): string {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    return [line(this.columns), line(this.columns.map(() => '---')), ...this.rows.map(line)].join('\n');
  }
}

/** Where the figures of these tests stand. */
export const qualityPage = 'docs/reference/decision-quality.md';

/** `3.4 %` */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `49,200` */
export const amount = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `9.06 ± 0.08` */
export const plusMinus = (value: number, error: number, digits = 2): string =>
  `${value.toFixed(digits)} ± ${error.toFixed(digits)}`;
