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
  /** Of earlier runs. */
  readonly verdicts: LineVerdicts;
  /** Earlier runs that were killed may have sent as many rows without a verdict; they are the first that have none. */
  readonly maximumLostRows: number;
  /** Resolves when the system has the line: it then outlives this process, however that ends. */
  readonly append: (result: RowResult) => Promise<void>;
  /** Says that no row is under way any more. */
  readonly close: () => Promise<void>;
};

/**
 * Opens or makes the file that remembers each row: CSV, only ever appended to. A later line about a row replaces an
 * earlier one; lines with the number 0 tell when a run began and ended.
 *
 * Throws {@link Refused} with status 2 for a file of another job, or one that is no result file; neither is changed.
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

/** Customers' ids and what the service says of them are nobody else's. */
const ownerOnly = 0o600;

async function openForAppending(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "a", ownerOnly);
    // The file may be of an earlier run, or copied.
    await file.chmod(ownerOnly);
    return file;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Refused(`Cannot write ${path}: ${error.message}.`, 2);
  }
}

type Line = Omit<RowResult, "outcome"> & { readonly outcome: string };

/**
 * A single line, whatever the message holds: only so can a torn one be told. A cell that a spreadsheet would take for a
 * formula begins with an apostrophe; no cell that a later run reads can be one.
 */
function render({ line, customerId, outcome, code, message }: Line, at: Instant): string {
  const texts = [customerId, outcome, code, message].map((text) => text.replace(/\s+/g, " ").trim());
  return stringify([[line, ...texts, formatInstant(at)]], { escape_formulas: true });
}

/** Lines that come while others are being written go together into the next write. */
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
