import type { Reporter, TestCase } from "vitest/node";

/** Says that a test failed when it does: the default reporter waits for the end of its file. */
export default class FailuresAtOnce implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    if (state !== "failed") return;
    const reasons = errors.map(({ message }) => `  ${message}\n`).join("");
    process.stderr.write(`FAILED ${test.module.relativeModuleId} > ${test.fullName}\n${reasons}`);
  }
}
