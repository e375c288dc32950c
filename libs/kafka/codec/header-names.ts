const slots = 256;
const longest = 64;

/**
 * Names of headers by their bytes. The same few come with every record, and a name that has been seen need not be decoded
 * again, nor made a property's name again. Each slot holds one name, the last that came.
 */
export class HeaderNames {
  private readonly names = new Array<string>(slots).fill('');

  /** The name in `bytes[from … to)`, UTF-8. */
  read(bytes: Buffer, from: number, to: number): string {
    const length = to - from;
    if (length === 0 || length > longest) return bytes.toString('utf8', from, to);
    const first = bytes[from] as number;
    const last = bytes[to - 1] as number;
    const middle = bytes[from + (length >> 1)] as number;
    const slot = (length * 31 + first * 7 + middle * 13 + last * 5) % slots;
    const known = this.names[slot] as string;
    if (same(known, bytes, from, length)) return known;
    const name = bytes.toString('utf8', from, to);
    if (name.length === length) this.names[slot] = name;
    return name;
  }
}

/** Whether a name of ASCII is these bytes. Other names are as long as their bytes are many only by invalid UTF-8, and never the same. */
function same(name: string, bytes: Buffer, from: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let index = 0; index < length; index++) if (name.charCodeAt(index) !== bytes[from + index]) return false;
  return true;
}
