import { createLogUpdate } from 'log-update';
import { bar } from '../bar.js';

/** A bar on a terminal; says nothing where standard error is none. @param now the clock, ms */
export function progressBar(
  total: number,
  now: () => number = Date.now,
): { done: (count: number) => void; clear: () => void } {
  if (!process.stderr.isTTY) return { done: () => undefined, clear: () => undefined };
  const update = createLogUpdate(process.stderr);
  const started = now();
  let shown = -Infinity;
  return {
    done(count) {
      if (now() - shown < 100 && count < total) return;
      shown = now();
      update(barText(count, total, shown - started));
    },
    clear: () => update.clear(),
  };
}

/** `██████░░░░ 12 of 30 runs, 8 s left` @param elapsed ms */
export function barText(count: number, total: number, elapsed: number): string {
  const left = count === 0 ? '' : `, ${Math.ceil((elapsed / count) * ((total - count) / 1000))} s left`;
  return `${bar(count / total)} ${count} of ${total} runs${left}`;
}
