import { extractAnswers } from '#scoring';

/** Of a sampled row: what was asked, what was answered, and its reward where the truth is known. */
export interface SampledRow {
  readonly request: unknown;
  readonly response: unknown;
  readonly reward: number | null;
}

/** What a sample of requests shows, by column. */
export interface Sample {
  readonly requests: number;
  /** Numbers of the inputs by column, `name[index]`. */
  readonly columns: ReadonlyMap<string, readonly number[]>;
  readonly answers: readonly unknown[];
  /** Greatest probability of each answer that came with probabilities; with whether it was right, where that is known. */
  readonly confidences: readonly { readonly confidence: number; readonly right: boolean | null }[];
}

/** Columns that are looked at, and rows of a request: what a large tensor has beyond is left out. */
const mostColumns = 100;
const rowsOfRequest = 8;

/** @param output that the truth looks at, where it is named */
export function sampleOf(rows: readonly SampledRow[], output: string | undefined): Sample {
  const columns = new Map<string, number[]>();
  const answers: unknown[] = [];
  const confidences: { confidence: number; right: boolean | null }[] = [];
  for (const { request, response, reward } of rows) {
    for (const { name, values } of inputsOf(request)) addInput(columns, name, values);
    answers.push(...orNone(() => extractAnswers(response, 'value', output)).slice(0, rowsOfRequest));
    const scores = orNone(() => extractAnswers(response, 'scores'));
    for (const row of scores.slice(0, rowsOfRequest)) {
      const confidence = confidenceOf(row);
      // The reward of several rows is their mean: it does not say which of them was right.
      const right = reward === null || scores.length > 1 ? null : reward === 1;
      if (confidence !== undefined) confidences.push({ confidence, right });
    }
  }
  return { requests: rows.length, columns, answers, confidences };
}

interface Input {
  readonly name: string;
  /** By row, each with its numbers. */
  readonly values: readonly unknown[][];
}

/** The inputs of a V1 or V2 body; an only input has no name, so that both ways to ask give the same columns. */
function inputsOf(request: unknown): Input[] {
  if (typeof request !== 'object' || request === null) return [];
  if ('instances' in request && Array.isArray(request.instances))
    return [{ name: '', values: request.instances.map((instance: unknown) => flat(instance)) }];
  if (!('inputs' in request) || !Array.isArray(request.inputs)) return [];
  const tensors = request.inputs as { name?: unknown; shape?: unknown; data?: unknown }[];
  return tensors.flatMap(({ name, shape, data }) => {
    if (!Array.isArray(shape) || !Array.isArray(data)) return [];
    const all = flat(data);
    const rows = Number(shape[0] ?? 1);
    const width = rows > 0 ? all.length / rows : 0;
    if (!Number.isInteger(width) || width === 0) return [];
    const values = Array.from({ length: Math.min(rows, rowsOfRequest) }, (_, row) =>
      all.slice(row * width, (row + 1) * width),
    );
    return [{ name: tensors.length === 1 ? '' : String(name), values }];
  });
}

const flat = (value: unknown): unknown[] => (Array.isArray(value) ? (value.flat(Infinity) as unknown[]) : [value]);

function addInput(columns: Map<string, number[]>, name: string, rows: readonly unknown[][]): void {
  for (const row of rows.slice(0, rowsOfRequest)) {
    for (const [index, value] of row.slice(0, mostColumns).entries()) {
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      const key = `${name}[${index}]`;
      const column = columns.get(key);
      if (column !== undefined) column.push(value);
      else if (columns.size < mostColumns) columns.set(key, [value]);
    }
  }
}

/** The greatest of probabilities that sum to 1; undefined for other scores. */
function confidenceOf(row: unknown): number | undefined {
  if (!Array.isArray(row) || row.length < 2) return undefined;
  if (!row.every((value): value is number => typeof value === 'number' && value >= 0 && value <= 1)) return undefined;
  return Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) > 1e-3 ? undefined : Math.max(...row);
}

/** An answer of another shape is none: that it does not fit is for the scoring to say. */
function orNone(read: () => unknown[]): unknown[] {
  try {
    return read();
  } catch {
    return [];
  }
}
