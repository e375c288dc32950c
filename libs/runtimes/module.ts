import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { datatypes } from '#contracts';
import { InvalidInput } from './invalid-input.js';
import { type Answered, type FromThread, type ToThread } from './module-messages.js';
import type { LoadedModel, Runtime, TensorSignature } from './runtime.js';
import type { ModelTensor } from './tensor.js';

const signatures = z
  .array(z.object({ name: z.string(), datatype: z.enum(datatypes), shape: z.array(z.int().min(0).nullable()) }))
  .min(1);
const declaration = z.object({ inputs: signatures, outputs: signatures, batching: z.boolean().default(false) });
type Declaration = z.infer<typeof declaration>;

/** Beside the source it is TypeScript, which Node strips of its types; in the build JavaScript. */
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './module-thread.ts' : './module-thread.js',
  import.meta.url,
);

/**
 * The user's own JavaScript, in a thread of its own. The file exports `inputs` and `outputs` (`[{ name, datatype, shape }]`,
 * null for any size), `predict(inputs)`, which takes and gives `{ <name>: { shape, data } }`, and optionally `load(options)`,
 * called once before, and `batching: true` where rows of several requests may come together. An error of `predict`
 * whose name is `InvalidInput` is the caller's fault.
 */
export const moduleRuntime: Runtime<Record<string, unknown>> = {
  name: 'module',
  options: z.record(z.string(), z.unknown()),
  async load({ path }, options) {
    const thread = new Worker(threadFile, { workerData: { path, options } });
    try {
      const declared = declaration.safeParse(await firstMessage(thread));
      if (declared.success) return new ModuleModel(thread, declared.data);
      const problems = declared.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      throw new Error(`the module's exports: ${problems.join('; ')}`);
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  },
};

function firstMessage(thread: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    thread.once('message', (message: FromThread) => {
      if (message.kind === 'loaded') resolve(message.declaration);
      else reject(new Error(message.kind === 'failed' ? message.error : 'the module answered before it was loaded'));
    });
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the module ended with code ${code} while it was loaded`)));
  });
}

class ModuleModel implements LoadedModel {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  readonly batching: boolean;
  private readonly calls = new Map<number, PromiseWithResolvers<Answered>>();
  private nextCall = 0;
  private gone: Error | undefined;

  constructor(
    private readonly thread: Worker,
    { inputs, outputs, batching }: Declaration,
  ) {
    [this.inputs, this.outputs, this.batching] = [inputs, outputs, batching];
    thread.on('message', (message: FromThread) => this.settle(message));
    thread.on('error', (error) => this.end(error));
    thread.on('exit', (code) => this.end(new Error(`the module's thread ended with code ${code}`)));
  }

  async run(inputs: readonly ModelTensor[]): Promise<readonly ModelTensor[]> {
    if (this.gone !== undefined) throw this.gone;
    const call = this.nextCall++;
    const answered = Promise.withResolvers<Answered>();
    this.calls.set(call, answered);
    const named = Object.fromEntries(inputs.map(({ name, shape, data }) => [name, { shape, data }]));
    this.thread.postMessage({ call, inputs: named } satisfies ToThread);
    const outputs = await answered.promise;
    return this.outputs.map(({ name, datatype }) => {
      const output = outputs[name];
      if (output === undefined) throw new Error(`the module gave no output "${name}"`);
      return { name, datatype, shape: output.shape, data: output.data };
    });
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }

  private settle(message: FromThread): void {
    if (message.kind === 'loaded') return;
    const answered = this.calls.get(message.call);
    this.calls.delete(message.call);
    if (message.kind === 'answered') answered?.resolve(message.outputs);
    else answered?.reject(message.invalid ? new InvalidInput(message.error) : new Error(message.error));
  }

  /** Every call that has no answer fails, and so does each further one. */
  private end(reason: unknown): void {
    this.gone ??= reason instanceof Error ? reason : new Error(String(reason));
    for (const answered of this.calls.values()) answered.reject(this.gone);
    this.calls.clear();
  }
}
