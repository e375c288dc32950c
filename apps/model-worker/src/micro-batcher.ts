import { type Answer, answerAll, type Answerer, isInvalidInput, type LoadedModel } from '#runtimes';
import type { Outcome } from './outcome.js';
import type { WorkItem } from './work-item.js';

/** What is looked at of an item: live work, or a request of the past. */
export type Runnable = Pick<WorkItem, 'id' | 'body' | 'deadline'>;

interface Waiting {
  readonly items: readonly Runnable[];
  readonly resolve: (outcomes: Outcome[]) => void;
}

/**
 * Runs a model on what has come in: while it runs, the next requests gather, and then go together. Nothing waits for
 * others on purpose.
 */
export class MicroBatcher {
  private waiting: Waiting[] = [];
  private busy = false;
  private whenIdle: (() => void) | undefined;

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly model: LoadedModel,
    private readonly answerer: Answerer,
    private readonly now: () => number = Date.now,
  ) {}

  /** What the requests come to, in their order. Never rejects. */
  run(items: readonly Runnable[]): Promise<Outcome[]> {
    return new Promise((resolve) => {
      this.waiting.push({ items, resolve });
      if (this.busy) return;
      this.busy = true;
      // No turn of the event loop later: in it, the next fetch would be prepared before the model runs.
      queueMicrotask(() => void this.drain());
    });
  }

  /** Answers what it was given, and frees the model. */
  async close(): Promise<void> {
    if (this.busy) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    await this.model.close();
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const taken = this.waiting;
      this.waiting = [];
      const items = taken.flatMap((waiting) => waiting.items);
      const outcomes = await this.runAll(items);
      let from = 0;
      for (const waiting of taken) {
        waiting.resolve(outcomes.slice(from, from + waiting.items.length));
        from += waiting.items.length;
      }
    }
    this.busy = false;
    this.whenIdle?.();
  }

  private async runAll(items: readonly Runnable[]): Promise<Outcome[]> {
    const now = this.now();
    const timely = items.filter(({ deadline }) => deadline === undefined || now <= deadline);
    const asked = timely.map(({ body, id }) => ({ body, id }));
    const answers = await answerAll(this.model, this.answerer, asked, () => performance.now());
    if (timely.length === items.length) return answers.map(toOutcome);
    const outcomes = new Map(timely.map((item, index) => [item, answers[index]] as const));
    return items.map((item) => {
      const answer = outcomes.get(item);
      return answer === undefined ? { status: 'expired' } : toOutcome(answer);
    });
  }
}

function toOutcome(answer: Answer): Outcome {
  if (answer.ok) return { status: 'ok', text: answer.text, modelMs: answer.modelMs };
  const { error, modelMs } = answer;
  return { status: 'error', error: error.message, code: isInvalidInput(error) ? 422 : 500, modelMs };
}
