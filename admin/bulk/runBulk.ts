import { systemClock } from "../../shared/config/systemClock.ts";
import { type Answer, isHopeless } from "../answer.ts";
import { interruptible } from "../interruption.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";
import { type RowFormat, readRows, survey } from "./csvInput.ts";
import { openRows } from "./openRows.ts";
import type { BulkOptions } from "./options.ts";
import { showProgress } from "./progress.ts";
import { openResultFile, type ResultFile } from "./resultFile.ts";
import type { Outcome, RowResult } from "./rowResult.ts";
import { type Ending, runRows } from "./runRows.ts";
import { type Summary, summarize, summaryLines } from "./summary.ts";

/** Sends one request for each row of a CSV file. */
export type BulkJob<Content> = {
  readonly command: string;
  /** The service and the destination of the rows in it. A result file of another one is refused. */
  readonly service: string;
  readonly subject: string;
  readonly format: RowFormat<Content>;
  /**
   * Answers the id of the data that the rows change. Throws when no row could succeed. It is called after the input was
   * read and before anything is recorded.
   */
  readonly check: () => Promise<string>;
  /** The key belongs to the row and is the same each time the row is sent, in every run. */
  readonly send: (content: Content, idempotencyKey: string) => Promise<Answer>;
  /** See {@link runRows}. */
  readonly doneBeforeCode?: number;
  /** See {@link runRows}. It is needed where a code that is hopeless elsewhere can be about a single row. */
  readonly isHopeless?: (code: string) => boolean;
};

const finalOutcomes: ReadonlySet<Outcome> = new Set(["done", "refused", "invalid"]);
const finalWhenRetrying: ReadonlySet<Outcome> = new Set(["done", "invalid"]);

/**
 * Sends every row that has no final result yet and reports the state of the whole input. Throws {@link Refused} unless
 * every row is done.
 */
export async function runBulk<Content>(
  job: BulkJob<Content>,
  path: string,
  options: BulkOptions,
  output: Output,
): Promise<void> {
  const { rowCount, digest } = await survey({ path, delimiter: options.delimiter }, job.format);
  const dataId = await job.check();
  const results = options.results ?? `${path}.results.csv`;
  const { command, service, subject } = job;
  const identity = { command, service, dataId, subject, inputDigest: digest };
  const file = await openResultFile(results, identity, options.concurrency, systemClock);
  const startedAt = performance.now();
  const { ending, count } = await doRows(job, { path, rowCount }, file, options, output);
  // The end is not recorded when the run has thrown. Rows may then be under way, and the file must look like that of a
  // killed run.
  await file.close();
  const seconds = (performance.now() - startedAt) / 1000;
  const summary = summarize(file.verdicts, { rows: rowCount, thisRun: count, seconds, results });
  report(output, options.json, summary, summaryLines(summary));
  throwUnlessDone(ending, summary);
}

async function doRows<Content>(
  job: BulkJob<Content>,
  input: { readonly path: string; readonly rowCount: number },
  file: ResultFile,
  options: BulkOptions,
  output: Output,
): Promise<{ readonly ending: Ending; readonly count: number }> {
  const earlier = { ...file, finalOutcomes: options.retryRefused ? finalWhenRetrying : finalOutcomes };
  const doneBefore = file.verdicts.count(earlier.finalOutcomes);
  const progress = showProgress(output, input.rowCount, doneBefore, () => performance.now());
  let count = 0;
  const record = async (result: RowResult) => {
    await file.append(result);
    file.verdicts.set(result.line, result);
    count += 1;
    progress.advance();
  };
  const run = {
    rows: openRows(readRows({ path: input.path, delimiter: options.delimiter }, job.format), earlier),
    send: (content: Content, line: number) => job.send(content, `bulk:${file.runId}:${line}`),
    doneBeforeCode: job.doneBeforeCode,
    isHopeless: job.isHopeless ?? isHopeless,
    concurrency: options.concurrency,
    // Requests whose repeats get the same answer are repeated by the client, so one attempt is enough here.
    maximumAttempts: job.doneBeforeCode === undefined ? 1 : options.attempts,
    record,
  };
  try {
    return { ending: await interruptible((stop) => runRows({ ...run, stop }), output), count };
  } finally {
    progress.end();
  }
}

function throwUnlessDone(ending: Ending, { rows, done, left, failed, results }: Summary): void {
  const again = "Run the same command again to go on with the rest";
  // If the run was stopped while the last rows were under way, no row is left.
  if (ending === "stopped" && left + failed > 0)
    throw new Refused(`Stopped. ${again}: ${left + failed} of ${rows} rows.`, 130);
  if (typeof ending === "object") {
    throw new Refused(
      `Given up, as no row can succeed for now: ${ending.hopeless}\n${again}, once that is put right.`,
      3,
    );
  }
  if (failed > 0) throw new Refused(`${failed} of ${rows} rows were not answered. ${again}.`);
  if (done < rows) throw new Refused(`${rows - done} of ${rows} rows were not done; ${results} says why.`);
}
