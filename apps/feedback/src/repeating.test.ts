import { describe, expect, it } from 'vitest';
import { Repeating } from './repeating.js';

const never = 1_000_000;

/** Counts turns; `reaches` resolves when there have been so many. */
function counting(more: (turn: number) => boolean) {
  let turns = 0;
  const waiting = new Map<number, () => void>();
  const turn = (): Promise<boolean> => {
    turns += 1;
    waiting.get(turns)?.();
    return Promise.resolve(more(turns));
  };
  return {
    turn,
    turns: () => turns,
    reaches: (count: number) =>
      new Promise<void>((resolve) => (turns >= count ? resolve() : waiting.set(count, resolve))),
  };
}

describe('Repeating', () => {
  it('goes on at once while there is more, then pauses until woken', async () => {
    const { turn, turns, reaches } = counting((count) => count < 3);
    const repeating = new Repeating(turn, never);
    repeating.start();
    await reaches(3);
    await new Promise((resolve) => setImmediate(resolve));
    expect(turns()).toBe(3);
    repeating.wake();
    await reaches(4);
    await repeating.stop();
  });

  it('takes another turn when woken during one', async () => {
    const { turn, reaches } = counting((count) => {
      if (count === 1) repeating.wake();
      return false;
    });
    const repeating = new Repeating(turn, never);
    repeating.start();
    await reaches(2);
    await repeating.stop();
  });

  it('stops after the turn under way, also out of a pause', async () => {
    const { turn, turns, reaches } = counting(() => false);
    const repeating = new Repeating(turn, never);
    repeating.start();
    await reaches(1);
    await repeating.stop();
    expect(turns()).toBe(1);
  });
});
