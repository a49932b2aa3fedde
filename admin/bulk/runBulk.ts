import { systemClock } from "../../shared/config/systemClock.ts";
import type { Answer } from "../answer.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";
import { type RowFormat, readRows, survey } from "./csvInput.ts";
import { interruptible } from "./interruption.ts";
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
  /** The service, and what in it the rows are about: a result file of another is refused. */
  readonly service: string;
  readonly subject: string;
  readonly format: RowFormat<Content>;
  /**
   * Answers the id of the data that the rows are about; throws when no row could succeed. Called
   * once the input has been read, before anything is recorded.
   */
  readonly check: () => Promise<string>;
  /** The key is the row's own, the same however often and in whichever run the row is sent. */
  readonly send: (content: Content, idempotencyKey: string) => Promise<Answer>;
  /** See {@link runRows}. */
  readonly doneBeforeCode?: number;
};

const finalOutcomes: ReadonlySet<Outcome> = new Set(["done", "refused", "invalid"]);
const finalWhenRetrying: ReadonlySet<Outcome> = new Set(["done", "invalid"]);

/**
 * Does every row that has no final result yet, and tells how the whole input then stands. Throws {@link Refused} unless
 * all of it is done.
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
  // Not when that has thrown: rows may be under way then, and the file must look as after a kill.
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
    concurrency: options.concurrency,
    // Whatever is answered alike however often, the client has repeated already.
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
  // Stopped while the last rows were under way, there is nothing left to go on with.
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
