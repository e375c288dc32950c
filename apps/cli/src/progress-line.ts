import { createLogUpdate } from 'log-update';

const everyMs = 200;

const slowMs = 1_000;

/** Says that something is waited for, once it takes over a second. */
export async function sayWhileSlow<Answer>(answer: Promise<Answer>, words: string): Promise<Answer> {
  let line: ReturnType<typeof progressLine> | undefined;
  const start = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - start < slowMs) return;
    line ??= progressLine();
    line.show((seconds) => `${words}, ${Math.round(seconds + slowMs / 1000)} s`);
  }, everyMs).unref();
  try {
    return await answer;
  } finally {
    clearInterval(timer);
    line?.clear();
  }
}

/** A line on standard error that says how far something is; says nothing where that is no terminal. @param now the clock, ms */
export function progressLine(now: () => number = Date.now): {
  /** @param words given the seconds since the start; asked a few times a second at most */
  show: (words: (seconds: number) => string) => void;
  clear: () => void;
} {
  if (!process.stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  const update = createLogUpdate(process.stderr);
  const started = now();
  let shown = -Infinity;
  return {
    show(words) {
      if (now() - shown < everyMs) return;
      shown = now();
      update(words(Math.max(0.001, (shown - started) / 1000)));
    },
    clear: () => update.clear(),
  };
}
