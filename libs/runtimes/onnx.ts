import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import type { Datatype } from '#contracts';
import type { LoadedModel, Runtime, TensorSignature } from './runtime.js';
import type { ModelTensor } from './tensor.js';

/** ONNX's names of the datatypes that we can carry. */
const onnxTypes = {
  BOOL: 'bool',
  FP32: 'float32',
  FP64: 'float64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  BYTES: 'string',
} as const satisfies Partial<Record<Datatype, Tensor.Type>>;
type Carried = keyof typeof onnxTypes;
const datatypeOf = new Map<string, Carried>(
  (Object.keys(onnxTypes) as Carried[]).map((datatype) => [onnxTypes[datatype], datatype]),
);

const options = z
  .object({
    /** Threads within one operation. Small models are fastest with one. */
    threads: z.int().min(1).max(64).default(1),
    /** False where a row's answer depends on the rows beside it. */
    batching: z.boolean().default(true),
  })
  .strict();
type OnnxOptions = z.infer<typeof options>;

/** ONNX models on onnxruntime, on the CPU. */
export const onnx: Runtime<OnnxOptions> = {
  name: 'onnx',
  options,
  async load({ bytes }, { threads, batching }) {
    const session = await InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Errors come as exceptions; warnings about graphs are for those who export them.
      logSeverityLevel: 3,
    });
    const inputs = session.inputMetadata.map((metadata) => toSignature('input', metadata));
    const outputs = session.outputMetadata.map((metadata) => toSignature('output', metadata));
    const model: LoadedModel = {
      inputs,
      outputs,
      batching: batching && [...inputs, ...outputs].every(({ shape }) => shape[0] === null),
      async run(tensors) {
        const feeds = Object.fromEntries(tensors.map((tensor) => [tensor.name, toOnnx(tensor)]));
        const results = await session.run(feeds);
        return outputs.map(({ name, datatype }) => fromOnnx(name, datatype, results[name]));
      },
      close: () => session.release(),
    };
    return model;
  },
};

function toSignature(side: 'input' | 'output', metadata: InferenceSession.ValueMetadata): TensorSignature {
  const { name } = metadata;
  if (!metadata.isTensor)
    throw new Error(`${side} "${name}" is no tensor; export the model without maps (scikit-learn: zipmap off)`);
  const datatype = datatypeOf.get(metadata.type);
  if (datatype === undefined)
    throw new Error(`${side} "${name}" has type ${metadata.type}; supported: ${[...datatypeOf.keys()].join(', ')}`);
  // A dimension without a fixed size has a name, which may be empty.
  const shape = metadata.shape.map((dimension) => (typeof dimension === 'number' && dimension >= 0 ? dimension : null));
  return { name, datatype, shape };
}

function toOnnx({ datatype, data, shape }: ModelTensor): Tensor {
  // The signature was made of carried datatypes alone, and its inputs have its datatypes.
  return new Tensor(onnxTypes[datatype as Carried], data, shape);
}

function fromOnnx(name: string, datatype: Datatype, value: Tensor | undefined): ModelTensor {
  if (value === undefined) throw new Error(`the model gave no output "${name}"`);
  return { name, datatype, shape: value.dims, data: value.data };
}
