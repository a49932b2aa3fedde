import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, the longest first. */
const longest: readonly string[] = [
  "test/faults/activities.test.ts",
  "test/api/accessMatrix.test.ts",
  "test/api/randomCustomers.test.ts",
  "test/engine/closing.test.ts",
  "test/faults/model.test.ts",
  "test/faults/enrollment.test.ts",
  "test/cli/customerData.test.ts",
  "test/docs/commands.test.ts",
  "test/infra/findings.test.ts",
  "test/process/startSettings.test.ts",
  "test/browser/consoleAccess.test.ts",
  "test/faults/changedProgrammes.test.ts",
  "test/faults/programmes.test.ts",
  "test/api/fuzz.test.ts",
  "test/process/stop.test.ts",
  "test/engine/projector.test.ts",
  "test/engine/settingAside.test.ts",
  "test/api/filteredHistories.test.ts",
  "test/api/errors.503.test.ts",
  "test/api/errors.415.test.ts",
  "test/engine/erasureKilled.test.ts",
];

/**
 * Starts the longest files first. On a clean checkout Vitest starts the largest first. A small file that takes minutes
 * then begins last, and the other workers wait for it.
 *
 * The files of a project stay together, because they share what a worker has loaded. Those of the stack are meant for one
 * worker, which loads the CDK and synthesizes each setting once. Vitest gives a file to the worker that is through with one
 * of the same project, so the other workers get the longest files meanwhile.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // The rule takes the method of a sequencer for that of an array.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
    const { stack = [], service = [], ...rest } = Object.groupBy(sorted, ({ project }) => project.name);
    const others = Object.values(rest).flatMap((some = []) => some);
    const meanwhile = stack.length === 0 ? 0 : this.ctx.config.maxWorkers - 1;
    return [
      ...stack.slice(0, 1),
      ...service.slice(0, meanwhile),
      ...stack.slice(1),
      ...others,
      ...service.slice(meanwhile),
    ];
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((file) => moduleId.endsWith(file));
  return rank === -1 ? longest.length : rank;
}
