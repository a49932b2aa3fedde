import type { Reporter, TestCase } from "vitest/node";

type Failure = { readonly message: string; readonly cause?: Failure };

/** Reports a failed test at once, with what caused it. The default reporter waits for the end of the file. */
export default class FailuresAtOnce implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    if (state !== "failed") return;
    const reasons = errors.flatMap(withCauses).join("");
    process.stderr.write(`FAILED ${test.module.relativeModuleId} > ${test.fullName}\n${reasons}`);
  }
}

/** The message of a property says with which values it failed, and that of its cause what was wrong. */
function withCauses({ message, cause }: Failure): string[] {
  return [`  ${message}\n`, ...(cause === undefined ? [] : withCauses(cause))];
}
