import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { findChromium, howToGetChromium } from "./test/support/browser.ts";

/** What `--mode` runs: all tests with short searches, the searches at full length, or what a first change needs. */
const filesOfMode: Readonly<Record<string, readonly string[]>> = {
  test: ["test/**/*.test.ts"],
  long: ["test/faults/*.test.ts", "test/api/fuzz.test.ts", "test/unit/**/*.test.ts"],
  quick: ["test/unit/**/*.test.ts", "test/infra/table.test.ts", "test/api/{milestone,streak}Enrollment.test.ts"],
};

/** On a continuous integration server a missing browser fails the tests; elsewhere they are left out, and it is said. */
const isBrowserMissing = findChromium() === undefined && process.env["CI"] === undefined;

export default defineConfig(({ mode }) => {
  if (isBrowserMissing && mode === "test") console.warn(`test/browser is left out. ${howToGetChromium}\n`);
  return {
    test: {
      include: [...(filesOfMode[mode] ?? [])],
      exclude: [...configDefaults.exclude, ...(isBrowserMissing ? ["test/browser/**"] : [])],
      globalSetup: ["test/support/globalSetup.ts"],
      env: { SEARCH_SHARE: mode === "long" ? "1" : "0.1" },
      // The engine and the processes under test share two cores with whatever else the machine does.
      testTimeout: mode === "long" ? 1_200_000 : 180_000,
      hookTimeout: 120_000,
      // By default one less than there are cores: of two that is one, and half of the time nothing is at work.
      maxWorkers: Math.max(2, availableParallelism() - 1),
      allowOnly: false,
      expect: { requireAssertions: true },
      // Refusals are logged by design; what a test needs of a log it captures itself.
      silent: "passed-only",
      // The last is what .ci/run counts.
      reporters: [
        "default",
        "./test/support/failuresAtOnce.ts",
        ["json", { outputFile: `build/test-report-${mode}.json` }],
      ],
    },
  };
});
