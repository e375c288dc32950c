import type { Datatype } from '#contracts';
import { InvalidInput } from './invalid-input.js';
import type { TensorData } from './tensor.js';

/** How values of a datatype come out of JSON. */
interface Conversion {
  /** What JSON values are good, for messages. */
  readonly expected: string;
  /**
   * Values as an array of the datatype, or the index of the first one that is not of it.
   *
   * @param loose also takes true and false for numbers, as V1 does
   */
  readonly convert: (values: readonly unknown[], loose: boolean) => TensorData | number;
}

const conversions: Partial<Record<Datatype, Conversion>> = {
  BOOL: {
    expected: 'true, false, 1 or 0',
    convert: (values) => {
      const data = new Uint8Array(values.length);
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value === true || value === 1) data[i] = 1;
        else if (value !== false && value !== 0) return i;
      }
      return data;
    },
  },
  FP32: floats((length) => new Float32Array(length)),
  FP64: floats((length) => new Float64Array(length)),
  INT8: integers(-128, 127, (length) => new Int8Array(length)),
  INT16: integers(-32_768, 32_767, (length) => new Int16Array(length)),
  INT32: integers(-2_147_483_648, 2_147_483_647, (length) => new Int32Array(length)),
  UINT8: integers(0, 255, (length) => new Uint8Array(length)),
  UINT16: integers(0, 65_535, (length) => new Uint16Array(length)),
  UINT32: integers(0, 4_294_967_295, (length) => new Uint32Array(length)),
  INT64: bigIntegers(-(2n ** 63n), 2n ** 63n - 1n, (length) => new BigInt64Array(length)),
  UINT64: bigIntegers(0n, 2n ** 64n - 1n, (length) => new BigUint64Array(length)),
  BYTES: {
    expected: 'text',
    convert: (values) => {
      const wrong = values.findIndex((value) => typeof value !== 'string');
      return wrong >= 0 ? wrong : (values as string[]);
    },
  },
};

/** Datatypes that tensors can be made of here: all of the protocol's but FP16. */
export function isSupported(datatype: Datatype): boolean {
  return conversions[datatype] !== undefined;
}

/**
 * JSON values as a tensor's data.
 *
 * @param loose also takes true and false for numbers, as V1 does
 * @throws InvalidInput that names the input, the element, what was expected and what came
 */
export function toData(input: string, datatype: Datatype, values: readonly unknown[], loose: boolean): TensorData {
  const conversion = conversions[datatype];
  if (conversion === undefined) throw new InvalidInput(`input "${input}": datatype ${datatype} is not supported`);
  const data = conversion.convert(values, loose);
  if (typeof data !== 'number') return data;
  const got = JSON.stringify(values[data]) as string | undefined;
  throw new InvalidInput(
    `input "${input}": element ${data}: expected ${conversion.expected} (${datatype}), got ${(got ?? 'nothing').slice(0, 60)}`,
  );
}

function numeric(value: unknown, loose: boolean): number | undefined {
  if (typeof value === 'number') return value;
  return loose && typeof value === 'boolean' ? Number(value) : undefined;
}

function floats(allocate: (length: number) => Float32Array | Float64Array): Conversion {
  return {
    expected: 'a number',
    convert: (values, loose) => {
      const data = allocate(values.length);
      for (let i = 0; i < values.length; i++) {
        const number = numeric(values[i], loose);
        if (number === undefined) return i;
        data[i] = number;
      }
      return data;
    },
  };
}

type SmallIntegers = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

function integers(least: number, most: number, allocate: (length: number) => SmallIntegers): Conversion {
  return {
    expected: `an integer from ${least} to ${most}`,
    convert: (values, loose) => {
      const data = allocate(values.length);
      for (let i = 0; i < values.length; i++) {
        const number = numeric(values[i], loose);
        if (number === undefined || !Number.isInteger(number) || number < least || number > most) return i;
        data[i] = number;
      }
      return data;
    },
  };
}

/** JSON numbers beyond ±(2^53 − 1) have lost digits by the time they are here: those come as text. */
function bigIntegers(
  least: bigint,
  most: bigint,
  allocate: (length: number) => BigInt64Array | BigUint64Array,
): Conversion {
  return {
    expected: `an integer from ${least} to ${most}, beyond ±(2^53 − 1) as text`,
    convert: (values, loose) => {
      const data = allocate(values.length);
      for (let i = 0; i < values.length; i++) {
        const integer = toBigInt(values[i], loose);
        if (integer === undefined || integer < least || integer > most) return i;
        data[i] = integer;
      }
      return data;
    },
  };
}

function toBigInt(value: unknown, loose: boolean): bigint | undefined {
  if (typeof value === 'string') return /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
  const number = numeric(value, loose);
  return number !== undefined && Number.isSafeInteger(number) ? BigInt(number) : undefined;
}
