import type { z } from 'zod';
import type { Datatype } from '#contracts';
import type { ModelTensor } from './tensor.js';

/** What a model takes or gives under one name. */
export interface TensorSignature {
  readonly name: string;
  readonly datatype: Datatype;
  /** Null: any size. */
  readonly shape: readonly (number | null)[];
}

/** A model that is ready to answer. */
export interface LoadedModel {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  /** Rows of several requests may go together along the first axis, and come back along the first axis of each output. */
  readonly batching: boolean;
  /**
   * Runs the model once. `inputs` are all those of the signature, in its order, with shapes that fit it.
   *
   * @returns all outputs of the signature
   * @throws whatever the model throws; the message is shown to the caller
   */
  run(inputs: readonly ModelTensor[]): Promise<readonly ModelTensor[]>;
  /** Frees what it holds; no run is under way. */
  close(): Promise<void>;
}

export interface Artifact {
  /** Absolute path of the file. */
  readonly path: string;
  /** Its bytes, whose SHA-256 has been checked. */
  readonly bytes: Uint8Array;
}

/** A way to run models: one file, and one line in the registry. */
export interface Runtime<Options = unknown> {
  /** What manifests call it. */
  readonly name: string;
  /** Of the manifest's `options`; unknown ones are refused. */
  readonly options: z.ZodType<Options>;
  /**
   * @throws Error that says why the artifact cannot be run
   */
  load(artifact: Artifact, options: Options): Promise<LoadedModel>;
}
