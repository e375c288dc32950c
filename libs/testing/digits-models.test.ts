import { statSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { digits, modelPath } from './digits.js';

describe("the demo's models", () => {
  const rows = digits();
  const pixels = new Tensor('float32', Float32Array.from(rows.flatMap((row) => row.pixels)), [rows.length, 64]);

  it.each([
    ['v1', 0.835],
    ['v2', 0.971],
    ['v3', 0.001],
  ] as const)('%s is right on %d of the held-out rows', async (version, accuracy) => {
    const session = await InferenceSession.create(modelPath(version));
    expect(session.inputNames).toEqual(['pixels']);
    expect(session.outputNames).toEqual(['label', 'probabilities']);

    const { label, probabilities } = await session.run({ pixels });

    expect(label).toMatchObject({ type: 'int64', dims: [rows.length] });
    expect(probabilities).toMatchObject({ type: 'float32', dims: [rows.length, 10] });
    const answers = [...(label!.data as BigInt64Array)].map(Number);
    const right = answers.filter((answer, index) => answer === rows[index]!.label).length;
    expect(right / rows.length).toBeCloseTo(accuracy, 3);
    expect(statSync(modelPath(version)).size).toBeLessThan(1_000_000);
  });
});
