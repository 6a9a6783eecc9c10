import { defineConfig } from 'vitest/config';

/** Real processes, servers and browsers: one file at a time, with time to spare on a busy machine. */
const real = { testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...real } },
      {
        test: {
          include: ['test/vscode/*.test.ts'],
          ...real,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...real, testTimeout: 120_000, hookTimeout: 180_000 },
      },
    ],
  },
});
