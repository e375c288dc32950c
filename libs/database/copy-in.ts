import type pg from 'pg';

/** The part of pg's connection that its type declarations leave out. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * `COPY … FROM STDIN`, the fastest way to write many rows: pg knows the protocol but offers no call for it, only the place
 * where a query of one's own is handed in.
 */
class CopyIn {
  /** pg wraps this to end its own timer, so it has to be called when all is done. */
  callback: (error?: Error | null) => void = () => undefined;

  constructor(
    private readonly text: string,
    private readonly data: Buffer,
  ) {}

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.data);
    connection.endCopyFrom();
  }

  handleError(error: Error): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback();
  }

  handleCommandComplete(): void {
    // The end is ReadyForQuery, as for any statement.
  }
}

/**
 * Writes rows into a table by COPY.
 *
 * @param target table and columns: `predictions (endpoint, …)`
 * @param lines the rows in COPY's text format: see `copyLine`
 */
export function copyIn(client: pg.ClientBase, target: string, lines: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = new CopyIn(`COPY ${target} FROM STDIN`, Buffer.from(lines, 'utf8'));
    copy.callback = (error) => (error ? reject(error) : resolve());
    client.query(copy);
  });
}

export type CopyValue = string | number | boolean | null;

const special = /[\\\t\n\r]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A row in COPY's text format. */
export function copyLine(values: readonly CopyValue[]): string {
  return `${values.map(copyField).join('\t')}\n`;
}

function copyField(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return special.test(value) ? value.replaceAll(/[\\\t\n\r]/g, (character) => escapes[character] ?? character) : value;
}
