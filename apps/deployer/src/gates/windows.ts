import type { Gate } from './gate.js';
import { isOpen, nextOpening } from './week-time.js';

/** Advances only in the windows of the manifest. */
export const windows: Gate = {
  name: 'window',
  ask({ policy, wish, now }) {
    if (wish === undefined || policy.windows === undefined || policy.windows.some((window) => isOpen(window, now)))
      return undefined;
    const opens = new Date(Math.min(...policy.windows.map((window) => nextOpening(window, now)))).toISOString();
    return { waitsFor: `the window that opens at ${opens}`, detail: `no window to advance in is open before ${opens}` };
  },
};
