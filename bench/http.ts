import type { Benchmark } from './benchmark.js';
import { serveUnderLoad } from './harness/serve-under-load.js';

export const http: Benchmark = {
  name: 'http',
  title: 'Understudy over HTTP, every prediction logged',
  run: (context) => serveUnderLoad(context, { single: { version: 'v1' } }),
};
