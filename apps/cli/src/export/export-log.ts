import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { ExportedView } from '#contracts';
import { apiOf } from '../context.js';
import { progressLine } from '../progress-line.js';
import { formats } from './formats.js';
import { jsonLines } from './json-lines.js';

export interface ExportOptions {
  readonly from?: string;
  readonly to?: string;
  readonly format?: string;
  readonly view: ExportedView;
}

/** Streams the log into a file, or to standard output where none is named; a file is there only once it is complete. */
export async function exportLog(
  name: string,
  options: ExportOptions,
  file: string | undefined,
  command: Command,
): Promise<void> {
  const format = formats[options.format ?? extname(file ?? '').slice(1)] ?? jsonLines;
  const { from, to, view } = options;
  const log = await apiOf(command).log(name, { view, ...(from && { from }), ...(to && { to }) });
  const progress = progressLine();
  let rows = 0;
  async function* counted(): AsyncGenerator<string> {
    for await (const line of log.lines) {
      rows++;
      progress.show((seconds) => `${rows} rows, ${Math.round(rows / seconds)} a second`);
      yield line;
    }
  }
  const chunks = format({ columns: log.columns, lines: counted() });
  try {
    if (file === undefined) await pipeline(chunks, process.stdout, { end: false });
    else await intoFile(file, (target) => pipeline(chunks, target));
  } finally {
    progress.clear();
  }
  console.error(`${rows} rows of ${view}${file === undefined ? '' : ` in ${file}`}`);
}

async function intoFile(file: string, write: (target: Writable) => Promise<void>): Promise<void> {
  const part = `${file}.part`;
  try {
    await write(createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
