import { defineConfig } from 'vitest/config';

/** Real processes, servers and browsers: one file at a time, with time to spare on a busy machine. */
const real = { testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false };

/** What has to do with workspaces on other machines. */
const remote = ['dokploy/**/*', 'provider/**/*', 'http/**/*', 'daemon/dokploy*'].map(
  (files) => `test/integration/${files}.test.ts`,
);

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], exclude: remote, ...real } },
      { test: { name: 'remote', include: remote, ...real } },
      {
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...real, testTimeout: 120_000, hookTimeout: 180_000 },
      },
    ],
  },
});
