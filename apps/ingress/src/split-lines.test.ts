import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines, type Line } from './split-lines.js';

async function linesOf(text: string, chunkBytes: number, maxBytes = 1_000): Promise<string[]> {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) chunks.push(bytes.subarray(start, start + chunkBytes));
  const shown = (line: Line): string => ('tooLong' in line ? '(too long)' : line.text.toString());
  const lines: string[] = [];
  for await (const part of splitLines(ReadableStream.from(chunks), maxBytes)) lines.push(...part.map(shown));
  return lines;
}

describe('splitLines', () => {
  it('gives the same lines however the bytes are cut into chunks', async () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }).map((parts) => parts.join('\n'));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 50 }), async (text, chunkBytes) => {
        const expected = text.split('\n').filter((line) => !/^[ \t\r]*$/.test(line));
        expect(await linesOf(text, chunkBytes)).toEqual(expected);
      }),
    );
  });

  it('leaves out blank lines and needs no newline at the end', async () => {
    expect(await linesOf('a\n\n \r\n\t\nb', 3)).toEqual(['a', 'b']);
    expect(await linesOf('a\nb\n', 3)).toEqual(['a', 'b']);
    expect(await linesOf('', 3)).toEqual([]);
  });

  it('says which line is too long and goes on with the next', async () => {
    for (const chunkBytes of [1, 3, 7, 1_000]) {
      expect(await linesOf('a\n12345678\nb', chunkBytes, 7)).toEqual(['a', '(too long)', 'b']);
      expect(await linesOf('1234567\n12345678', chunkBytes, 7)).toEqual(['1234567', '(too long)']);
    }
  });

  it('reads no further than it is asked', async () => {
    let read = 0;
    const endless = (async function* () {
      for (;;) {
        read++;
        yield await Promise.resolve(Buffer.from('line\n'));
      }
    })();
    const lines = splitLines(endless, 10);
    await lines.next();
    await lines.next();
    expect(read).toBe(2);
    await lines.return(undefined);
  });
});
