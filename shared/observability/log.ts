import type { FailureSource } from "./metricNames.ts";
import { countFailure, countRefusal } from "./metrics.ts";

/**
 * Log lines for an operator, and the metrics that go with them. The Lambda runtime writes the lines as JSON with time,
 * level and request id; the functions never log bodies, headers or secrets.
 */
export function logRefusal(code: number, org?: string): void {
  console.info({ event: "refused", code });
  countRefusal(code, org);
}

/** Something an operator should look at: the error and its causes, as far as they can hold nothing of a body. */
export function logUnexpected(
  error: unknown,
  source: FailureSource,
  properties: { readonly org?: string | undefined; readonly code?: number } = {},
): void {
  console.error({ event: "failed", error: describeError(error) });
  countFailure(isContention(error) ? "contention" : source, properties);
}

/** By a mark: the classes are of a layer above. */
function isContention(error: unknown): boolean {
  return error instanceof Error && "isContention" in error && error.isContention === true;
}

type LoggedError = {
  readonly name: string;
  readonly code?: string | number;
  readonly message?: string;
  readonly stack: readonly string[];
  readonly cause?: LoggedError;
};

/**
 * Field by field: an error of the SDK carries the stored item that a condition met, and a text of the language's own
 * errors quotes what could not be read.
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

/** What the SDK says of a request whose values it does not like names those values. */
const namesValues = new Set(["ValidationException", "SerializationException"]);

/** Errors of the service's own, of the system's calls, and of AWS. */
function holdsNoInput(error: Error): boolean {
  if ("holdsNoInput" in error || "syscall" in error) return true;
  return "$fault" in error && !namesValues.has(error.name);
}

/** The stack begins with the message, which may have many lines. */
function framesOf({ stack = "", message }: Error): string[] {
  const frames = stack.slice(stack.indexOf(message) + message.length).split("\n");
  return frames.map((line) => line.trim()).filter((line) => line.startsWith("at "));
}
