import type { TensorData } from './tensor.js';

/** Tensors by name, as a user's module takes and gives them. */
export type Answered = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: TensorData }>>;

/** To the thread of a module: a question. */
export interface ToThread {
  readonly call: number;
  readonly inputs: Answered;
}

/** From the thread: what the module declares, once; then answers and failures. A failure to load has the call −1. */
export type FromThread =
  | { readonly kind: 'loaded'; readonly declaration: unknown }
  | { readonly kind: 'answered'; readonly call: number; readonly outputs: Answered }
  | { readonly kind: 'failed'; readonly call: number; readonly error: string; readonly invalid: boolean };
