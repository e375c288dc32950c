import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { HttpProblem } from './http-problem.js';

/** Each holds a connection to Postgres. */
const streamsAtOnce = 2;

/** Logs that are being read, page by page: few at once, so that connections are left for everything else. */
@Injectable()
export class LogStreams {
  private streams = 0;

  /**
   * The pages one after the other, each the text of some lines, read as fast as the caller takes them.
   *
   * @throws HttpProblem 429 where too many are read already, and whatever the first page throws
   */
  async open(pages: AsyncGenerator<string>): Promise<Readable> {
    const counted = this.counted(pages);
    // What fails at once, as Postgres that is away, is answered as an error and not as a log that breaks off.
    const first = await counted.next();
    return readable(first, counted);
  }

  private async *counted(pages: AsyncGenerator<string>): AsyncGenerator<string> {
    if (this.streams >= streamsAtOnce) {
      throw new HttpProblem(429, `${streamsAtOnce} logs are being read already; try again when one is done`);
    }
    this.streams++;
    try {
      yield* pages;
    } finally {
      this.streams--;
    }
  }
}

/**
 * Not a generator of its own: one that nobody has begun to read runs none of its clean-up when the caller has gone, and the pages'
 * connection would never come back.
 */
function readable(first: IteratorResult<string>, rest: AsyncGenerator<string>): Readable {
  let coming: Promise<IteratorResult<string, void>> = Promise.resolve(first);
  return new Readable({
    read() {
      coming.then(
        (page) => {
          if (page.done === true) return this.push(null);
          coming = rest.next();
          // Whoever reads on is told; where nobody does, nobody has to be.
          coming.catch(() => undefined);
          return this.push(page.value);
        },
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    },
    destroy(error, callback) {
      rest.return(undefined).then(
        () => callback(error),
        () => callback(error),
      );
    },
  });
}
