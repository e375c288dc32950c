import { approval } from './approval.js';
import type { Gate } from './gate.js';
import { maxDuration } from './max-duration.js';
import { windows } from './windows.js';

/** Every gate: a new one is one file and one line here. */
export const gates: readonly Gate[] = [approval, windows, maxDuration];
