import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { Refused } from "../refused.ts";
import { difference, type Job, parseRunStart } from "./job.ts";
import { LineVerdicts } from "./lineVerdicts.ts";
import { isOutcome } from "./rowResult.ts";

export const resultColumns = ["line", "customerId", "outcome", "code", "message", "at"] as const;

/** The contents of a result file from earlier runs. */
export type History = {
  readonly verdicts: LineVerdicts;
  /** The id of the first run; `undefined` when no run has got as far as sending a row. */
  readonly runId: string | undefined;
  /** Killed runs may have sent up to this many rows that have no line. They are the first rows without one. */
  readonly maximumLostRows: number;
  /** The length of all complete lines. An incomplete last line was being written when a run was killed. */
  readonly wholeLinesBytes: number;
};

/**
 * Reads a result file line by line; `undefined` when there is none. Throws {@link Refused} with status 2 when it
 * belongs to another job or is no result file.
 */
export async function readHistory(path: string, job: Job): Promise<History | undefined> {
  const reader = new HistoryReader(path, job);
  try {
    const wholeLinesBytes = await eachLine(path, (cells) => reader.read(cells));
    return { ...reader.history(), wholeLinesBytes };
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing) return undefined;
    throw error instanceof CsvError ? notAResultFile(path) : error;
  }
}

/** Calls `take` for each complete line. Answers the length of all complete lines in bytes. */
async function eachLine(path: string, take: (cells: readonly string[]) => void): Promise<number> {
  let wholeBytes = 0;
  const wholeLines = async function* (chunks: AsyncIterable<Buffer>) {
    let rest = Buffer.alloc(0);
    for await (const chunk of chunks) {
      const bytes = Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf("\n") + 1;
      rest = bytes.subarray(end);
      wholeBytes += end;
      yield bytes.subarray(0, end);
    }
  };
  const parser = parse({ relax_column_count: true });
  pipeline(createReadStream(path), wholeLines, parser, () => undefined);
  for await (const cells of parser) take(cells);
  return wholeBytes;
}

class HistoryReader {
  readonly #path: string;
  readonly #job: Job;
  readonly #verdicts = new LineVerdicts();
  #hasHeader = false;
  #runId: string | undefined;
  #maximumLostRows = 0;
  /** The concurrency of a run that has begun and not ended yet. */
  #openConcurrency = 0;

  constructor(path: string, job: Job) {
    this.#path = path;
    this.#job = job;
  }

  read(cells: readonly string[]): void {
    const [line = "", , outcome = "", code = "", message = ""] = cells;
    if (!this.#hasHeader) this.#readHeader(cells);
    else if (outcome === "started") this.#readStart(message);
    else if (outcome === "ended") this.#openConcurrency = 0;
    else if (isLine(line) && isOutcome(outcome)) this.#verdicts.set(Number(line), { outcome, code });
    else throw notAResultFile(this.#path);
  }

  /**
   * A file without a header belongs to another program, or its first write failed. Then nothing was sent and nothing is
   * lost.
   */
  history(): Omit<History, "wholeLinesBytes"> {
    if (!this.#hasHeader) throw notAResultFile(this.#path);
    this.#closeRun();
    return { verdicts: this.#verdicts, runId: this.#runId, maximumLostRows: this.#maximumLostRows };
  }

  #readHeader(cells: readonly string[]): void {
    if (cells.join() !== resultColumns.join()) throw notAResultFile(this.#path);
    this.#hasHeader = true;
  }

  #readStart(message: string): void {
    const start = parseRunStart(message);
    if (start === undefined) throw notAResultFile(this.#path);
    const problem = difference(start, this.#job);
    if (problem !== undefined) {
      throw new Refused(`${this.#path} belongs to another job: ${problem}. Name another file with --results.`, 2);
    }
    this.#closeRun();
    this.#runId ??= start.runId;
    this.#openConcurrency = start.concurrency;
  }

  #closeRun(): void {
    this.#maximumLostRows = Math.max(this.#maximumLostRows, this.#openConcurrency);
    this.#openConcurrency = 0;
  }
}

function isLine(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text);
}

function notAResultFile(path: string): Refused {
  return new Refused(`${path} is not a result file of this command. Name another file with --results.`, 2);
}
