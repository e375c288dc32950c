import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit } from './children.mjs';
import { messageOf } from './problem.mjs';
import { anySignal } from './waiting.mjs';

const systemClock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};
const shortest = 1000;
const longest = 30_000;
// Once it has run for so long, an end is a new trouble and not the old one again.
const healthy = 60_000;

/** Keeps a process running: one that ends by itself is named and started again, later each time it ends soon. */
export class Keeper {
  #stopping = new AbortController();
  #first;
  #running;
  #loop = Promise.resolve();

  /** How often it has ended by itself. */
  ends = 0;

  /**
   * @param options { name, launch, say, log, clock }: launch(signal) starts the process and resolves with
   *   { pid, exited, stop }; log is where to look when it ends
   */
  constructor({ name, launch, say, log, clock = systemClock }) {
    this.name = name;
    this.launch = launch;
    this.say = say;
    this.log = log;
    this.clock = clock;
  }

  /** Starts it for the first time; throws where it cannot be started, or when the signal given says to leave off. */
  start(leaveOff) {
    this.#first = this.#start(leaveOff);
    return this.#first;
  }

  async #start(leaveOff) {
    const signal = anySignal(this.#stopping.signal, leaveOff);
    this.#running = await this.launch(signal);
    if (signal.aborted) {
      await this.#running.stop();
      signal.throwIfAborted();
    }
    this.#loop = this.#keep();
    return this.#running;
  }

  /** Ends it for good, also in the middle of a start. */
  async stop() {
    this.#stopping.abort();
    await this.#first?.catch(() => undefined);
    await this.#running?.stop();
    await this.#loop;
  }

  async #keep() {
    const { signal } = this.#stopping;
    for (let delay = shortest; ; delay = Math.min(2 * delay, longest)) {
      const since = this.clock.now();
      const exit = await this.#running.exited;
      if (signal.aborted) return;
      this.ends += 1;
      if (this.clock.now() - since >= healthy) delay = shortest;
      this.#tell(this.#running.pid, describeExit(exit), delay);
      for (;;) {
        await this.clock.sleep(delay, signal);
        if (signal.aborted) return;
        try {
          this.#running = await this.launch(signal);
          break;
        } catch (error) {
          if (signal.aborted) return;
          delay = Math.min(2 * delay, longest);
          this.say(`${this.name} could not be started: ${messageOf(error)}\nTrying again in ${delay / 1000} s.`);
        }
      }
      // Asked to stop while it was being started.
      if (signal.aborted) return this.#running.stop();
      this.say(`${this.name} was started again (process ${this.#running.pid}).`);
    }
  }

  #tell(pid, how, delay) {
    this.say(
      `${this.name} (process ${pid}) is gone: ${how}. Starting it again in ${delay / 1000} s; its log: ${this.log}`,
    );
  }
}
