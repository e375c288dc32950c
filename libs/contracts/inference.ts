import { z } from 'zod';
import { identifier } from './names.js';

/** Datatypes of the Open Inference Protocol V2. */
export const datatypes = [
  'BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64', 'FP16', 'FP32', 'FP64', 'BYTES',
] as const; // prettier-ignore
export type Datatype = (typeof datatypes)[number];

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** A tensor of the protocol: `data` nested or flat, row-major. */
export const tensor = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  datatype: z.enum(datatypes),
  parameters: parameters.optional(),
  data: z.array(z.unknown()),
});
export type Tensor = z.infer<typeof tensor>;

/** `POST /v2/models/{endpoint}/infer`. */
export const v2Request = z.object({
  id: identifier.optional(),
  parameters: parameters.optional(),
  inputs: z.array(tensor).min(1),
  outputs: z.array(z.object({ name: z.string(), parameters: parameters.optional() })).optional(),
});
export type V2Request = z.infer<typeof v2Request>;

export const v2Response = z.object({
  model_name: z.string(),
  model_version: z.string().optional(),
  id: z.string().optional(),
  parameters: parameters.optional(),
  outputs: z.array(tensor),
});
export type V2Response = z.infer<typeof v2Response>;

/** `POST /v1/models/{endpoint}:predict`; `id` is ours, optional as in V2. */
export const v1Request = z.object({
  id: identifier.optional(),
  instances: z.array(z.unknown()).min(1),
});
export type V1Request = z.infer<typeof v1Request>;

export const v1Response = z.object({ predictions: z.array(z.unknown()) });
export type V1Response = z.infer<typeof v1Response>;

/** What callers get on failure, on every serving route. */
export interface InferenceError {
  error: string;
}
