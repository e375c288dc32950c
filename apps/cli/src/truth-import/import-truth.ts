import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Command } from 'commander';
import type { Api } from '../api.js';
import { apiOf } from '../context.js';
import { messageOf } from '../errors.js';
import { print } from '../output.js';
import { progressLine } from '../progress-line.js';
import { readRows, type ReadRow } from './read-rows.js';
import { truthOfRow, type ImportedTruth, type TruthColumns } from './truth-of-row.js';

export interface ImportOptions extends Omit<TruthColumns, 'defaultAt'> {
  readonly format?: string;
  readonly known?: string;
  readonly unmatched?: string;
}

/** Truths that are sent, and looked up in the log, at a time. */
const atOnce = 1_000;
/** Problems and ids that the report names; all of them are counted. */
const mostNamed = 10;

interface Report {
  rows: number;
  accepted: number;
  rejected: number;
  /** Accepted, but no request of that id is in the log (yet). */
  unmatched: number;
  /** The first few of what was rejected, with the place in the file. */
  readonly problems: string[];
  readonly unmatchedIds: string[];
}

/** Sends the truths of a file, a page after the other, and says what became of them. */
export async function importTruth(file: string, options: ImportOptions, command: Command): Promise<void> {
  const columns: TruthColumns = { ...options, defaultAt: options.known };
  const report: Report = { rows: 0, accepted: 0, rejected: 0, unmatched: 0, problems: [], unmatchedIds: [] };
  const progress = progressLine();
  const list = options.unmatched === undefined ? undefined : createWriteStream(options.unmatched);
  const importing = new Import(apiOf(command), report, list);
  try {
    for await (const row of readRows(file, options.format)) {
      report.rows++;
      await importing.take(row, columns);
      progress.show((seconds) => `${report.rows} rows, ${Math.round(report.rows / seconds)} a second`);
    }
    await importing.send();
  } catch (error) {
    const advice = `${report.accepted} truths were accepted before; the whole file can be imported again without harm`;
    throw new Error(`${messageOf(error)} (${advice})`, { cause: error });
  } finally {
    progress.clear();
    list?.end();
  }
  if (list !== undefined) await once(list, 'close');
  print(command, report, () => reportText(report, options.unmatched));
  if (report.accepted === 0 && report.rows > 0) process.exitCode = 1;
}

class Import {
  private page: { readonly place: string; readonly truth: ImportedTruth }[] = [];

  constructor(
    private readonly api: Api,
    private readonly report: Report,
    private readonly list: WriteStream | undefined,
  ) {}

  async take(read: ReadRow, columns: TruthColumns): Promise<void> {
    const { place } = read;
    try {
      if ('problem' in read) this.reject(place, read.problem);
      else this.page.push({ place, truth: truthOfRow(read.row, columns) });
    } catch (error) {
      this.reject(place, messageOf(error));
    }
    if (this.page.length >= atOnce) await this.send();
  }

  async send(): Promise<void> {
    const page = this.page;
    this.page = [];
    for (const [endpoint, some] of Map.groupBy(page, ({ truth }) => truth.endpoint)) {
      const { accepted, rejected } = await this.api.truthLines(endpoint, some.map(({ truth }) => truth.body)); // prettier-ignore
      this.report.accepted += accepted;
      for (const { index, error } of rejected) this.reject(some[index]?.place ?? '', error);
      const refused = new Set(rejected.map(({ index }) => index));
      const ids = some.filter((_, index) => !refused.has(index)).map(({ truth }) => truth.id);
      for (const id of await this.api.unknownRequests(endpoint, ids)) await this.miss(endpoint, id);
    }
  }

  private reject(place: string, error: string): void {
    this.report.rejected++;
    if (this.report.problems.length < mostNamed) this.report.problems.push(`${place}: ${error}`);
  }

  private async miss(endpoint: string, id: string): Promise<void> {
    this.report.unmatched++;
    if (this.report.unmatchedIds.length < mostNamed) this.report.unmatchedIds.push(id);
    if (this.list?.write(`${JSON.stringify({ endpoint, id })}\n`) === false) await once(this.list, 'drain');
  }
}

function reportText({ rows, accepted, rejected, unmatched, problems, unmatchedIds }: Report, file?: string): string {
  const more = (count: number, named: readonly string[]) => (count > named.length ? [`  … and ${count - named.length} more`] : []); // prettier-ignore
  const lines = [`${accepted} of ${rows} truths accepted`];
  if (rejected > 0) lines.push(`${rejected} rejected:`, ...problems.map((problem) => `  ${problem}`), ...more(rejected, problems)); // prettier-ignore
  if (unmatched > 0) {
    lines.push(
      `${unmatched} match no request in the log yet; they wait for the window, then analytics.unmatched_truth lists them:`,
      ...(file === undefined
        ? [...unmatchedIds.map((id) => `  ${id}`), ...more(unmatched, unmatchedIds)]
        : [`  see ${file}`]),
    );
  }
  return lines.join('\n');
}
