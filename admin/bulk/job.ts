import { isJsonObject } from "../../shared/http/requests/validation.ts";

/** The job that a result file belongs to. A run that continues the file must be for the same job. */
export type Job = {
  readonly command: string;
  readonly service: string;
  /** The id of the data behind the service. The same address may get another database, in which no row was done. */
  readonly dataId: string;
  /** The destination of the rows, in words for a person. */
  readonly subject: string;
  /** SHA-256 of the input. A changed file has other rows on its lines. */
  readonly inputDigest: string;
};

/** Written into the result file before the first row is sent. */
export type RunStart = Job & {
  /**
   * The id of the first run on this file. Together with the line it makes the `Idempotency-Key`, which is the same in
   * every later run.
   */
  readonly runId: string;
  /** The most rows that were under way if the run was killed. */
  readonly concurrency: number;
};

export function renderRunStart(start: RunStart): string {
  return JSON.stringify(start);
}

export function parseRunStart(text: string): RunStart | undefined {
  const { command, service, dataId, subject, inputDigest, runId, concurrency } = parseObject(text);
  const isStart =
    typeof command === "string" &&
    typeof service === "string" &&
    typeof dataId === "string" &&
    typeof subject === "string" &&
    typeof inputDigest === "string" &&
    typeof runId === "string" &&
    typeof concurrency === "number";
  return isStart ? { command, service, dataId, subject, inputDigest, runId, concurrency } : undefined;
}

function parseObject(text: string): { readonly [field: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The difference between the two jobs, in words; `undefined` when they are the same. */
export function difference(earlier: Job, now: Job): string | undefined {
  if (earlier.command !== now.command) return `it was written by ${earlier.command}, not by ${now.command}`;
  if (earlier.service !== now.service) return `it is about ${earlier.service}, not ${now.service}`;
  if (earlier.dataId !== now.dataId)
    return `${now.service} has another database than when the rows were sent, so what was done then may not be done there`;
  if (earlier.subject !== now.subject) return `it is about ${earlier.subject}, not ${now.subject}`;
  if (earlier.inputDigest !== now.inputDigest) return "the input has been changed since";
  return undefined;
}
