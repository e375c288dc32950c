import { defineConfig } from 'vitest/config';

// Libraries are reached as `#name`; the condition `development` points at their sources, so that tests need no build. No
// other condition: vitest gives these to Node as well, which, told `import`, hands `require` modules of the wrong kind.
const resolve = { conditions: ['development', 'node', 'import', 'default'] };
const ssr = { resolve: { conditions: ['development'], externalConditions: ['development'] } };

const project = (name: string, include: string[], more: Record<string, unknown> = {}) => ({
  resolve,
  ssr,
  test: {
    name,
    include,
    environment: 'node' as const,
    setupFiles: ['./libs/testing/seed-properties.ts'],
    // By default one core is left free, which on a machine of two makes the files go one by one, most of them waiting for
    // Kafka and Postgres.
    maxWorkers: '100%',
    ...more,
  },
});

/** With `--update` the statistics write their tables into the documentation, one file at a time, instead of comparing them. */
const update = process.argv.some((word) => word === '-u' || word === '--update');

export default defineConfig({
  test: {
    projects: [
      // Pure code and small parts: no Kafka, no Postgres, no child process.
      project('unit', ['libs/**/*.test.ts', 'apps/**/*.test.ts', 'tools/**/*.test.ts']),
      // One library or app against real Kafka and Postgres.
      project('integration', ['libs/**/*.spec.ts', 'apps/**/*.spec.ts'], {
        globalSetup: ['./libs/testing/global-setup.ts'],
        testTimeout: 60_000,
        hookTimeout: 120_000,
      }),
      // Whole stories: every service as a process of its own. Two at a time: most of a story is waiting for something to happen.
      project('e2e', ['test/*.spec.ts'], {
        globalSetup: ['./libs/testing/global-setup.ts'],
        testTimeout: 180_000,
        hookTimeout: 180_000,
        maxWorkers: 2,
        sequence: { groupOrder: 1 },
      }),
      project('faults', ['test/faults/*.spec.ts'], {
        globalSetup: ['./libs/testing/global-setup.ts'],
        testTimeout: 700_000,
        hookTimeout: 180_000,
        fileParallelism: false,
      }),
      project('statistics', ['test/statistics/*.spec.ts'], {
        testTimeout: 700_000,
        hookTimeout: 700_000,
        fileParallelism: !update,
        env: { UPDATE_PAGES: update ? '1' : '', NO_COLOR: '1' },
      }),
    ],
  },
});
