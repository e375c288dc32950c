import { describe, expect, it } from 'vitest';
import { LagClock } from './lag-clock.js';

describe('LagClock', () => {
  it('is zero where everything is handled, also long after the last look', () => {
    const clock = new LagClock();
    clock.observe(1_000, 50, 0);
    expect(clock.seconds(60_000)).toBe(0);
  });

  it('counts from the last look whose records are all handled', () => {
    const clock = new LagClock();
    clock.observe(0, 100, 0);
    clock.observe(2_000, 200, 100);
    clock.observe(4_000, 300, 200);
    expect(clock.seconds(5_000)).toBe(5);
    clock.observe(6_000, 400, 200); // 200 handled: what was there at 2 s
    expect(clock.seconds(6_000)).toBe(4);
    clock.observe(8_000, 400, 0);
    expect(clock.seconds(9_000)).toBe(0);
  });

  it('counts from the first look where it never saw everything handled', () => {
    const clock = new LagClock();
    clock.observe(1_000, 500, 400);
    clock.observe(3_000, 500, 300);
    expect(clock.seconds(4_000)).toBe(3);
  });

  it('grows while nothing is handled, however long that takes', () => {
    const clock = new LagClock();
    for (let look = 0; look <= 3_000; look++) clock.observe(look * 2_000, 100 + look, look);
    expect(clock.seconds(6_000_000)).toBe(6_000);
  });
});
