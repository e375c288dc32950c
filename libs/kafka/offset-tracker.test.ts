import { expect, it } from 'vitest';
import { OffsetTracker } from './offset-tracker.js';

it('commits nothing past the first unfinished batch, whatever finishes after it', () => {
  const tracker = new OffsetTracker();
  const first = tracker.begin(9n);
  const second = tracker.begin(19n);
  tracker.finish(second);
  expect(tracker.committable()).toBeUndefined();
  tracker.finish(first);
  expect(tracker.committable()).toBe(20n);
});

it('offers an offset once', () => {
  const tracker = new OffsetTracker();
  tracker.finish(tracker.begin(4n));
  tracker.markCommitted(5n);
  expect(tracker.committable()).toBeUndefined();
});

it('knows the record that comes next, also before anything has finished', () => {
  const tracker = new OffsetTracker();
  expect(tracker.next).toBeUndefined();
  tracker.begin(6n);
  expect(tracker.next).toBe(7n);
});
