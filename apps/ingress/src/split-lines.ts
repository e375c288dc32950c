/** A line without its end, or in its place the word that it is longer than allowed. */
export type Line = { readonly text: Buffer } | { readonly tooLong: true };

const newline = 0x0a;

/**
 * The lines of a stream, those of each chunk together, blank ones left out. It holds one chunk and one unfinished line of
 * at most `maxBytes`: what goes beyond is skipped up to the next line. Nothing is read while the caller does not ask.
 */
export async function* splitLines(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;

  const endLine = (end: Buffer): Line[] => {
    const bytes = restBytes + end.length;
    const whole = bytes > maxBytes ? undefined : rest.length === 0 ? end : Buffer.concat([...rest, end]);
    rest = [];
    restBytes = 0;
    if (whole === undefined) return [{ tooLong: true }];
    return isBlank(whole) ? [] : [{ text: whole }];
  };

  for await (const chunk of stream) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      lines.push(...endLine(chunk.subarray(start, end)));
      start = end + 1;
    }
    const left = chunk.subarray(start);
    restBytes += left.length;
    if (restBytes > maxBytes) rest = [];
    else if (left.length > 0) rest.push(left);
    if (lines.length > 0) yield lines;
  }
  if (restBytes > 0) {
    const last = endLine(Buffer.alloc(0));
    if (last.length > 0) yield last;
  }
}

/** Nothing but spaces, tabs and carriage returns. */
function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
