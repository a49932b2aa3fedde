import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { Refused } from "../refused.ts";

/** The cells of a row by column. Empty cells are left out. */
export type Cells = ReadonlyMap<string, string>;

export type RowFormat<Content> = {
  /** The allowed columns. */
  readonly columns: readonly string[];
  /** The columns that name the customer. The file must have one of them, and a row is known by the first it fills. */
  readonly idColumns: readonly string[];
  /** The content of a row, or a sentence that says why it cannot be sent. */
  readonly read: (cells: Cells) => { readonly content: Content } | { readonly fault: string };
};

export type InputRow<Content> = {
  /** The line in the file, from 1. A row of several lines has the number of the last one. */
  readonly line: number;
  /** The id that names the row, as written in the file. */
  readonly customerId: string;
} & ({ readonly content: Content } | { readonly fault: string });

export type CsvInput = { readonly path: string; readonly delimiter: string };

/** The result of reading the whole file once, before anything is sent. */
export type Survey = { readonly rowCount: number; readonly digest: string };

/**
 * Reads the file once from end to end. Throws {@link Refused} with status 2 when it cannot be read, is not UTF-8, is no
 * CSV or has wrong columns. An invalid row is found later, by {@link readRows}.
 */
export async function survey({ path, delimiter }: CsvInput, format: RowFormat<unknown>): Promise<Survey> {
  const hash = createHash("sha256");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let recordCount = 0;
  try {
    const records = readRecords({ path, delimiter }, (chunk) => {
      decoder.decode(chunk, { stream: true });
      hash.update(chunk);
    });
    for await (const { cells } of records) {
      if (recordCount === 0) checkHeader(path, cells, format);
      recordCount += 1;
    }
    decoder.decode();
  } catch (error) {
    throw explain(path, error);
  }
  if (recordCount === 0) throw new Refused(`${path} is empty; its first line must name the columns.`, 2);
  return { rowCount: recordCount - 1, digest: hash.digest("hex") };
}

/** The rows in order, one at a time. Only the part of the file that is being read is in memory. */
export async function* readRows<Content>(
  input: CsvInput,
  { idColumns, read }: RowFormat<Content>,
): AsyncGenerator<InputRow<Content>> {
  let header: readonly string[] | undefined;
  for await (const { line, cells } of readRecords(input)) {
    if (header === undefined) header = cells;
    else yield readRow(line, header, cells, idColumns, read);
  }
}

function readRow<Content>(
  line: number,
  header: readonly string[],
  cells: readonly string[],
  idColumns: readonly string[],
  read: RowFormat<Content>["read"],
): InputRow<Content> {
  const byColumn = new Map(header.map((column, index) => [column, cells[index] ?? ""]));
  const row = { line, customerId: idColumns.map((column) => byColumn.get(column) ?? "").find((id) => id !== "") ?? "" };
  if (cells.length !== header.length) {
    return { ...row, fault: `The row has ${cells.length} cells, the header ${header.length}.` };
  }
  return { ...row, ...read(new Map([...byColumn].filter(([, cell]) => cell !== ""))) };
}

/** Refuses unknown columns, because a mistyped one must not be ignored silently. */
function checkHeader(path: string, header: readonly string[], format: RowFormat<unknown>): void {
  const problem = headerProblem(header, format);
  if (problem === undefined) return;
  throw new Refused(`${path}, line 1: ${problem} The columns are ${format.columns.join(", ")}; see --delimiter.`, 2);
}

function headerProblem(header: readonly string[], { columns, idColumns }: RowFormat<unknown>): string | undefined {
  const unknown = header.filter((name) => !columns.includes(name));
  if (unknown.length > 0) return `unknown column ${unknown.map((name) => JSON.stringify(name)).join(", ")}.`;
  if (new Set(header).size < header.length) return "a column is named twice.";
  return idColumns.some((column) => header.includes(column))
    ? undefined
    : `the column ${idColumns.join(" or ")} is missing.`;
}

type CsvRecord = { readonly line: number; readonly cells: readonly string[] };

async function* readRecords(
  { path, delimiter }: CsvInput,
  watch: (chunk: Buffer) => void = () => undefined,
): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
  });
  const watched = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      watch(chunk);
      yield chunk;
    }
  };
  // A failure is thrown to the reader of the records. When that reader stops, the file is closed.
  pipeline(createReadStream(path), watched, parser, () => undefined);
  for await (const record of parser) yield asRecord(record);
}

function asRecord({ info, record }: { info: { lines: number }; record: string[] }): CsvRecord {
  return { line: info.lines, cells: record };
}

/** Turns an unreadable input into a refusal with status 2. Other errors are returned unchanged. */
function explain(path: string, error: unknown): unknown {
  if (error instanceof CsvError) return new Refused(`${path}: ${error.message}.`, 2);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    return new Refused(`${path} is not UTF-8. Save it as "CSV UTF-8".`, 2);
  }
  const isFileProblem = error instanceof Error && "syscall" in error;
  return isFileProblem ? new Refused(`Cannot read ${path}: ${error.message}.`, 2) : error;
}
