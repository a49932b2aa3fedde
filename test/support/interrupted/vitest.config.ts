import { defineConfig } from "vitest/config";

/** Runs one test that never ends, for test/process/interrupted.test.ts. */
export default defineConfig({
  test: {
    include: ["test/support/interrupted/endless.ts"],
    globalSetup: ["test/support/globalSetup.ts"],
    disableConsoleIntercept: true,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
