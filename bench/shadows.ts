import type { Benchmark } from './benchmark.js';
import { serveUnderLoad } from './harness/serve-under-load.js';

/** The same as `http` with two shadows that see every request: three times the predictions and the log. */
export const shadows: Benchmark = {
  name: 'shadows',
  title: 'Understudy over HTTP with two shadows',
  run: (context) =>
    serveUnderLoad(context, { silent: { champion: 'v1', shadows: [{ version: 'v2' }, { version: 'v3' }] } }),
};
