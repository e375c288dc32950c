import { InvalidInput } from './invalid-input.js';
import { type Answerer, type Question, readQuestion } from './question.js';
import type { LoadedModel } from './runtime.js';
import { type ModelTensor, rowsOf, stack } from './tensor.js';

/** A request's body and the id that its answer carries. */
export interface Asked {
  readonly body: unknown;
  readonly id: string;
}

export type Answer =
  | { readonly ok: true; readonly text: string; readonly modelMs: number }
  | { readonly ok: false; readonly error: Error; readonly modelMs: number | null };

/** Rows of one run of a model; a request with more goes alone. */
export const maxRowsPerRun = 64;

interface Waiting {
  readonly question: Question;
  readonly rows: number;
  readonly index: number;
}

/**
 * Answers requests, those whose shapes allow it in one run of the model. A request that does not fit, or that makes the
 * model throw, fails alone. Answers stand in the order of the requests.
 *
 * @param now a clock in milliseconds, for the time spent in the model
 */
export async function answerAll(
  model: LoadedModel,
  answerer: Answerer,
  asked: readonly Asked[],
  now: () => number,
): Promise<Answer[]> {
  const answers = new Array<Answer>(asked.length);
  const groups = new Map<string, Waiting[][]>();
  asked.forEach(({ body }, index) => {
    try {
      const question = readQuestion(body, model, answerer.output);
      addTo(groups, { question, rows: question.inputs[0]?.shape[0] ?? 1, index }, model.batching);
    } catch (error) {
      answers[index] = { ok: false, error: toError(error), modelMs: null };
    }
  });
  const settle = (waiting: Waiting, outputs: readonly ModelTensor[], modelMs: number): void => {
    try {
      const text = waiting.question.write(outputs, asked[waiting.index]?.id ?? '', answerer);
      answers[waiting.index] = { ok: true, text, modelMs };
    } catch (error) {
      answers[waiting.index] = { ok: false, error: toError(error), modelMs };
    }
  };
  for (const runs of groups.values())
    for (const run of runs) await runTogether(model, run, now, settle, (index, answer) => (answers[index] = answer));
  return answers;
}

/** Puts the request to others of the same shapes, as long as they fit into one run. */
function addTo(groups: Map<string, Waiting[][]>, waiting: Waiting, batching: boolean): void {
  const key = batching ? waiting.question.inputs.map(({ shape }) => shape.slice(1).join('x')).join(';') : '';
  const runs = groups.get(key);
  if (runs === undefined) {
    groups.set(key, [[waiting]]);
    return;
  }
  const last = runs.at(-1);
  const rows = last?.reduce((sum, other) => sum + other.rows, 0) ?? maxRowsPerRun;
  if (batching && last !== undefined && rows + waiting.rows <= maxRowsPerRun) last.push(waiting);
  else runs.push([waiting]);
}

async function runTogether(
  model: LoadedModel,
  run: readonly Waiting[],
  now: () => number,
  settle: (waiting: Waiting, outputs: readonly ModelTensor[], modelMs: number) => void,
  fail: (index: number, answer: Answer) => void,
): Promise<void> {
  const [first, ...more] = run;
  if (first === undefined) return;
  const begin = now();
  try {
    if (more.length === 0) {
      const outputs = await model.run(first.question.inputs);
      settle(first, outputs, now() - begin);
      return;
    }
    const rows = run.reduce((sum, waiting) => sum + waiting.rows, 0);
    const outputs = await model.run(stackInputs(first, more));
    const modelMs = now() - begin;
    if (!outputs.every(({ shape }) => shape[0] === rows))
      throw new Error('an output has not one row per row of the input');
    let at = 0;
    for (const waiting of run) {
      const own = outputs.map((output) => rowsOf(output, at, at + waiting.rows));
      at += waiting.rows;
      settle(waiting, own, modelMs);
    }
  } catch (error) {
    // One of them may be at fault: alone, the others are answered.
    if (more.length > 0) for (const waiting of run) await runTogether(model, [waiting], now, settle, fail);
    else fail(first.index, { ok: false, error: toError(error), modelMs: now() - begin });
  }
}

function stackInputs(first: Waiting, more: readonly Waiting[]): ModelTensor[] {
  return first.question.inputs.map((tensor, input) => {
    const others = more.map(({ question }) => question.inputs[input]).filter((other) => other !== undefined);
    return stack([tensor, ...others]);
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Whether the request was at fault (422), not the model. */
export function isInvalidInput(error: Error): boolean {
  return error instanceof InvalidInput;
}
