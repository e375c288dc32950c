import { weekdays, type AdvanceWindow } from '#contracts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }); // prettier-ignore
  formats.set(timeZone, made);
  return made;
}

/** What a clock on the wall there shows, as if it were UTC, in ms since 1970. @param at ms since 1970, whole seconds count */
export function wallTime(at: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** When that clock first shows this time; where it leaps over it, the moment of the leap. @param wall as `wallTime` gives it */
export function instantOf(wall: number, timeZone: string): number {
  // Offsets lie within a day, and two in a row differ by hours at most: the earlier of both guesses that the clock has reached.
  const guesses = [wall - dayMinutes * minuteMs, wall + dayMinutes * minuteMs]
    .map((near) => wall - (wallTime(near, timeZone) - near))
    .sort((a, b) => a - b);
  const reached = guesses.find((guess) => wallTime(guess, timeZone) === wall);
  if (reached !== undefined) return reached;
  let [before = wall, after = wall] = guesses;
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (wallTime(middle, timeZone) >= wall) after = middle;
    else before = middle;
  }
  return after;
}

/** Minutes since midnight of `09:30`. */
function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Beginning and end on the wall of the window of a day that begins at this wall time; undefined: there is none on that day. */
function onDay({ days, from, to }: AdvanceWindow, midnight: number): [number, number] | undefined {
  const day = weekdays[(new Date(midnight).getUTCDay() + 6) % 7];
  if (day === undefined || !days.includes(day)) return undefined;
  const [begins, ends] = [minutesOf(from), minutesOf(to)];
  const length = ends > begins ? ends - begins : ends + dayMinutes - begins;
  return [midnight + begins * minuteMs, midnight + (begins + length) * minuteMs];
}

const midnightOf = (wall: number): number => wall - (((wall % 86_400_000) + 86_400_000) % 86_400_000);

/** Whether a clock on the wall shows a time within the window, which may have begun the day before. @param now ms since 1970 */
export function isOpen(window: AdvanceWindow, now: number): boolean {
  const wall = wallTime(now, window.timeZone);
  const today = midnightOf(wall);
  return [today, today - 86_400_000].some((midnight) => {
    const found = onDay(window, midnight);
    return found !== undefined && wall >= found[0] && wall < found[1];
  });
}

/** When the window next opens, ms since 1970; it is not open now. */
export function nextOpening(window: AdvanceWindow, now: number): number {
  const today = midnightOf(wallTime(now, window.timeZone));
  for (let day = 0; day <= 8; day++) {
    const found = onDay(window, today + day * 86_400_000);
    const opens = found === undefined ? -Infinity : instantOf(found[0], window.timeZone);
    if (opens > now) return opens;
  }
  throw new RangeError('a window opens at least once a week');
}
