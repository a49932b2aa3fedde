import type { FailureStatus } from "../refused.ts";

/** The result of one check. The service works today in spite of a warning. */
export type Finding =
  | { readonly check: string; readonly verdict: "ok" | "warning"; readonly message: string }
  | {
      readonly check: string;
      readonly verdict: "failed";
      readonly message: string;
      /** The exit status when this is the first failure. */
      readonly status: FailureStatus;
    };

/** Makes the findings of one check. */
export function findingsOf(check: string) {
  return {
    ok: (message: string): Finding => ({ check, verdict: "ok", message }),
    warning: (message: string): Finding => ({ check, verdict: "warning", message }),
    failed: (message: string, status: FailureStatus = 1): Finding => ({ check, verdict: "failed", message, status }),
  };
}

/** `failed   bootstrap   There is no stack CDKToolkit…`. */
export function findingLine({ check, verdict, message }: Finding): string {
  return `${verdict.padEnd(7)}  ${check.padEnd(10)}  ${message}`;
}
