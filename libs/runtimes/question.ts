import { InvalidInput } from './invalid-input.js';
import type { LoadedModel } from './runtime.js';
import type { ModelTensor } from './tensor.js';
import { readV1, writeV1 } from './v1.js';
import { readV2, writeV2 } from './v2.js';

/** Whose answer it is. */
export interface Answerer {
  readonly endpoint: string;
  readonly version: string;
  /** The output that V1 answers with, where there are several. */
  readonly output?: string | undefined;
}

/** A request's body, read for a model. */
export interface Question {
  /** All of the model's inputs, in the order of its signature. */
  readonly inputs: readonly ModelTensor[];
  /** The answer's body as JSON text, in the shape of the question. */
  write(outputs: readonly ModelTensor[], id: string, answerer: Answerer): string;
}

/**
 * Reads a body of the Open Inference Protocol V2 (`inputs`) or of KServe V1 (`instances`) for a model.
 *
 * @throws InvalidInput where it does not fit
 */
export function readQuestion(body: unknown, model: LoadedModel, output?: string): Question {
  if (isObject(body)) {
    if ('inputs' in body) {
      const { inputs, outputNames } = readV2(body, model);
      return { inputs, write: (outputs, id, answerer) => writeV2(outputs, outputNames, id, answerer) };
    }
    if ('instances' in body) return { inputs: readV1(body, model), write: (outputs) => writeV1(outputs, output) };
  }
  throw new InvalidInput('expected an object with "inputs" (V2) or "instances" (V1)');
}

/** A JSON object, no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
