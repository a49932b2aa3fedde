import type { Reporter, TestCase } from "vitest/node";

/** Reports a failed test at once. The default reporter waits for the end of the file. */
export default class FailuresAtOnce implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    if (state !== "failed") return;
    const reasons = errors.map(({ message }) => `  ${message}\n`).join("");
    process.stderr.write(`FAILED ${test.module.relativeModuleId} > ${test.fullName}\n${reasons}`);
  }
}
