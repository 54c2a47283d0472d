import { defineConfig } from 'vitest/config';

/**
 * The suffix states the cost: `.test` needs nothing, the others need the servers that globalSetup starts.
 * What is in `test/faults` takes its time.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{pg,flow,e2e,fault}.test.ts'],
          testTimeout: 30_000,
          // Nothing here outlives its file: modules are loaded once for all.
          isolate: false,
          maxWorkers: '100%',
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/**/*.{pg,flow,e2e}.test.ts'],
          exclude: ['test/faults/**'],
          globalSetup: ['test/support/servers.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          isolate: false,
          maxWorkers: '100%',
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          globalSetup: ['test/support/servers.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: '100%',
        },
      },
    ],
  },
});
