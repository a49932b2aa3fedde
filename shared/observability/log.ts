import type { FailureSource } from "./metricNames.ts";
import { countFailure, countRefusal } from "./metrics.ts";

/**
 * Logs and counts a refusal. The Lambda runtime writes log lines as JSON with time, level and request id. The functions
 * never log bodies, headers or secrets.
 */
export function logRefusal(code: number, org?: string): void {
  console.info({ event: "refused", code });
  countRefusal(code, org);
}

/**
 * Logs and counts an error that an operator should look at, with its causes. Texts that may quote a body are left out.
 */
export function logUnexpected(
  error: unknown,
  source: FailureSource,
  properties: { readonly org?: string | undefined; readonly code?: number } = {},
): void {
  console.error({ event: "failed", error: describeError(error) });
  countFailure(comesFromLoad(error) ? "load" : source, properties);
}

/** The same for what ends an invocation, which AWS counts by itself. */
export function logCrash(error: unknown): void {
  console.error({ event: "failed", error: describeError(error) });
}

/** The errors are recognised by a mark, because this layer may not import their classes. */
function comesFromLoad(error: unknown): boolean {
  return error instanceof Error && "comesFromLoad" in error && error.comesFromLoad === true;
}

type LoggedError = {
  readonly name: string;
  readonly code?: string | number;
  readonly message?: string;
  readonly stack: readonly string[];
  readonly cause?: LoggedError;
};

/**
 * Takes single fields of the error only. An error of the SDK carries the stored item of a failed condition, and
 * messages of the language's own errors quote the text that could not be parsed.
 */
function describeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error, stack: [] };
  const { name, message, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return {
    name,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(holdsNoInput(error) ? { message } : {}),
    stack: framesOf(error),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}

/** The messages of these SDK errors quote values of the request. */
const namesValues = new Set(["ValidationException", "SerializationException"]);

/** Whether the message is safe to log: errors of the service itself, of system calls, and of AWS. */
function holdsNoInput(error: Error): boolean {
  if ("holdsNoInput" in error || "syscall" in error) return true;
  return "$fault" in error && !namesValues.has(error.name);
}

/** The frames without the message, which comes first in the stack and may have many lines. */
function framesOf({ stack = "", message }: Error): string[] {
  const frames = stack.slice(stack.indexOf(message) + message.length).split("\n");
  return frames.map((line) => line.trim()).filter((line) => line.startsWith("at "));
}
