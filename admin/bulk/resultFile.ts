import { randomUUID } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { stringify } from "csv-stringify/sync";
import { formatInstant, type Instant } from "../../shared/domain/instant.ts";
import { Refused } from "../refused.ts";
import { type Job, renderRunStart } from "./job.ts";
import { LineVerdicts } from "./lineVerdicts.ts";
import { readHistory, resultColumns } from "./resultHistory.ts";
import type { RowResult } from "./rowResult.ts";

export type ResultFile = {
  readonly runId: string;
  /** The verdicts of earlier runs. */
  readonly verdicts: LineVerdicts;
  /** Killed runs may have sent up to this many rows that have no verdict. They are the first rows without one. */
  readonly maximumLostRows: number;
  /** Resolves when the operating system has the line. It is then kept however this process ends. */
  readonly append: (result: RowResult) => Promise<void>;
  /** Records that no row is under way any more. */
  readonly close: () => Promise<void>;
};

/**
 * Opens or creates the file that records each row. It is CSV, and lines are only appended. A later line about a row
 * replaces an earlier one. Lines with the number 0 record the start and the end of a run.
 *
 * Throws {@link Refused} with status 2 for a file of another job and for one that is no result file. Neither is
 * changed.
 */
export async function openResultFile(
  path: string,
  job: Job,
  concurrency: number,
  clock: () => Instant,
): Promise<ResultFile> {
  const history = await readHistory(path, job);
  const runId = history?.runId ?? randomUUID();
  const file = await openForAppending(path);
  if (history !== undefined) await file.truncate(history.wholeLinesBytes);
  const note = (outcome: "started" | "ended", message: string) =>
    render({ line: 0, customerId: "", outcome, code: "", message }, clock());
  const started = note("started", renderRunStart({ ...job, runId, concurrency }));
  await file.appendFile(history === undefined ? stringify([resultColumns]) + started : started);
  const write = groupingWriter(file);
  return {
    runId,
    verdicts: history?.verdicts ?? new LineVerdicts(),
    maximumLostRows: history?.maximumLostRows ?? 0,
    append: (result) => write(render(result, clock())),
    close: async () => {
      await write(note("ended", ""));
      await file.sync();
      await file.close();
    },
  };
}

/** Only the owner may read the file, because it holds customers' ids and the service's answers about them. */
const ownerOnly = 0o600;

async function openForAppending(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "a", ownerOnly);
    // A file of an earlier run or a copy may have other permissions.
    await file.chmod(ownerOnly);
    return file;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Refused(`Cannot write ${path}: ${error.message}.`, 2);
  }
}

type Line = Omit<RowResult, "outcome"> & { readonly outcome: string };

/**
 * Writes a result as a single line, whatever the message holds, so that an incomplete line can be recognised. A cell
 * that a spreadsheet would read as a formula gets an apostrophe in front. Cells that a later run reads are never
 * formulas.
 */
function render({ line, customerId, outcome, code, message }: Line, at: Instant): string {
  const texts = [customerId, outcome, code, message].map((text) => text.replace(/\s+/g, " ").trim());
  return stringify([[line, ...texts, formatInstant(at)]], { escape_formulas: true });
}

/** Groups lines: those that come during a write go together into the next one. */
function groupingWriter(file: FileHandle): (text: string) => Promise<void> {
  let waiting = "";
  let current = Promise.resolve();
  let next: Promise<void> | undefined;
  const writeWaiting = () => {
    const text = waiting;
    waiting = "";
    current = next ?? current;
    next = undefined;
    return file.appendFile(text);
  };
  return (text) => {
    waiting += text;
    next ??= current.then(writeWaiting);
    return next;
  };
}
