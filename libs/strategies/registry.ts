import { bandit } from './bandit.js';
import { canary } from './canary.js';
import { progressive } from './progressive.js';
import { register, type RegisteredStrategy } from './registered.js';
import { silent } from './silent.js';
import { single } from './single.js';

/** Every strategy: a new one is one file and one line here. */
export const strategies: readonly RegisteredStrategy[] = [
  register(single),
  register(silent),
  register(canary),
  register(bandit),
  register(progressive),
];

/** The strategy of this name, undefined where there is none. */
export const findStrategy = (name: string): RegisteredStrategy | undefined =>
  strategies.find((strategy) => strategy.name === name);
