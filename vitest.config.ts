import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { findChromium, howToGetChromium } from "./test/support/browser.ts";
import { shareCompileCache } from "./test/support/compileCache.ts";
import { LongestFirst } from "./test/support/longestFirst.ts";

const stackFiles = ["test/infra/**/*.test.ts"];

/** The stack with all kinds of settings, judged by cdk-nag. Each `cdk synth` judges it with the settings that it is given. */
const longStackFiles = ["test/infra/findings.test.ts"];

/**
 * Tests that each take a machine for long: pages in a browser, every command of every document, the bundles as they are
 * deployed, and an interrupted run of the tests themselves.
 */
const longFiles = [
  "test/browser/*.test.ts",
  "test/deployed/*.test.ts",
  "test/docs/commands.test.ts",
  "test/process/interrupted.test.ts",
  "test/sam/*.test.ts",
];

/**
 * Files that put something in the place of a module that other files load too, and those of commands, which are written
 * to run once in a process. Each is loaded apart from all others.
 */
const apartFiles = ["test/api/authenticationWork.test.ts", "test/cli/*.test.ts"];

/**
 * The bundles as they are deployed give the engine a second for an attempt, as they do on AWS. Beside other workers it
 * sometimes takes longer, so these run alone, after all others.
 */
const aloneFiles = ["test/deployed/*.test.ts", "test/sam/*.test.ts"];

/** What `--mode` runs: the rules with short searches, the searches at full length, or what a first change needs. */
const filesOfMode: Readonly<Record<string, { readonly stack: string[]; readonly service: string[] }>> = {
  test: { stack: stackFiles, service: ["test/**/*.test.ts"] },
  long: {
    stack: longStackFiles,
    service: [
      "test/faults/*.test.ts",
      "test/api/{fuzz,randomCustomers}.test.ts",
      "test/engine/{erasureKilled,projector}.test.ts",
      "test/unit/**/*.test.ts",
      ...longFiles,
    ],
  },
  quick: {
    stack: ["test/infra/table.test.ts"],
    service: ["test/unit/**/*.test.ts", "test/api/{milestone,streak}Enrollment.test.ts"],
  },
};

/** A file that is named on the command line runs in `npm test` too. */
const namesFiles = process.argv.some((argument) => argument.startsWith("test/"));
const namesBrowserFiles = process.argv.some((argument) => argument.startsWith("test/browser"));

function leftOut(mode: string, files: readonly string[]): readonly string[] {
  return mode === "test" && !namesFiles ? files : [];
}

function shared(mode: string) {
  const isLong = mode === "long";
  return {
    env: { SEARCH_SHARE: isLong ? "1" : "0.1" },
    // The engine and the processes under test share two cores with whatever else the machine does.
    testTimeout: isLong ? 1_200_000 : 180_000,
    hookTimeout: 120_000,
    expect: { requireAssertions: true },
  };
}

/** On a continuous integration server a missing browser fails the tests; elsewhere they are left out, and it is said. */
const isBrowserMissing = findChromium() === undefined && process.env["CI"] === undefined;

function sayWhatIsLeftOut(mode: string): void {
  if (isBrowserMissing && (mode === "long" || namesBrowserFiles))
    console.warn(`test/browser is left out. ${howToGetChromium}\n`);
  if (mode === "test" && !namesFiles)
    console.log("Long tests are left out, test/browser among them; npm run test:long runs them.\n");
}

// The workers load the SDK, and each command that a test starts loads our sources. Compiling them takes half of that time.
shareCompileCache(fileURLToPath(new URL("build/compile-cache", import.meta.url)));

export default defineConfig(({ mode }) => {
  sayWhatIsLeftOut(mode);
  return {
    test: {
      projects: [
        {
          test: {
            ...shared(mode),
            name: "stack",
            include: filesOfMode[mode]?.stack ?? [],
            exclude: [...configDefaults.exclude, ...leftOut(mode, longStackFiles)],
            // These tests only read what the CDK makes. Loading the CDK anew for each file took most of their time.
            isolate: false,
          },
        },
        {
          test: {
            ...shared(mode),
            name: "apart",
            include: mode === "test" ? apartFiles : [],
          },
        },
        {
          test: {
            ...shared(mode),
            name: "alone",
            include: mode === "long" ? aloneFiles : [],
            maxWorkers: 1,
            sequence: { groupOrder: 1 },
          },
        },
        {
          test: {
            ...shared(mode),
            name: "service",
            include: filesOfMode[mode]?.service ?? [],
            exclude: [
              ...configDefaults.exclude,
              ...stackFiles,
              ...apartFiles,
              ...(mode === "long" ? aloneFiles : []),
              ...leftOut(mode, longFiles),
              ...(isBrowserMissing ? ["test/browser/**"] : []),
            ],
            // A worker loads the service and the SDK once for all of its files. That saves half a second of a core for
            // each file. Of the long files there are few.
            isolate: mode === "long",
          },
        },
      ],
      // The engines are started once for all projects.
      globalSetup: ["test/support/globalSetup.ts"],
      // A test waits for the engine half of its time, so two cores take more than two of them.
      maxWorkers: Math.max(4, availableParallelism()),
      sequence: { sequencer: LongestFirst },
      allowOnly: false,
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
