import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/globalSetup.ts"],
    // The engine and the processes under test share two cores with whatever else the machine does.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // By default one less than there are cores: of two that is one, and half of the time nothing is at work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    allowOnly: false,
    expect: { requireAssertions: true },
    // Refusals are logged by design; what a test needs of a log it captures itself.
    silent: "passed-only",
    // The second is what .ci/run counts.
    reporters: ["default", ["json", { outputFile: "build/test-report.json" }]],
  },
});
