import { type FileHandle, open, rm } from "node:fs/promises";
import type { Command } from "commander";
import type { DataOf, MilestreakClient } from "../../client/client.ts";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";

type Row = DataOf<"exportCustomer">["rows"][number];
type Options = AccessOptions & { readonly output?: string };

export function addExport(parent: Command, output: Output): void {
  const command = parent
    .command("export")
    .description("write everything that is stored of a customer, a line of JSON for each row")
    .argument("<customerId>", "the customer's id", parseIdOption)
    .option("--output <file>", "a new file that only you can read (default: print)");
  addAccessOptions(command).action(async (customerId: number, options: Options) => {
    const api = openApi(await findAccess(command, options));
    const rows = rowsOf(api, customerId);
    if (options.output === undefined) {
      // Each row is printed when it is read, because a customer can have a hundred thousand.
      for await (const row of rows) output.result(lineOf(row));
      return;
    }
    const written = await writeFile(options.output, rows);
    report(output, options.json, { file: options.output, rows: written }, [
      `${written} rows were written to ${options.output}.`,
    ]);
  });
}

async function* rowsOf(api: MilestreakClient, customerId: number): AsyncGenerator<Row> {
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = acceptedData(await answerOf(api.exportCustomer(customerId, cursor === undefined ? {} : { cursor })));
    yield* page.rows;
    cursor = page.nextCursor;
  }
}

function lineOf(row: Row): string {
  return `${JSON.stringify(row)}\n`;
}

/** Answers the number of rows. An export that fails leaves no file, because a part could be taken for the whole. */
async function writeFile(path: string, rows: AsyncGenerator<Row>): Promise<number> {
  const file = await openNew(path);
  let count = 0;
  try {
    for await (const row of rows) {
      await file.write(lineOf(row));
      count += 1;
    }
    return count;
  } catch (error) {
    await rm(path);
    throw error;
  } finally {
    await file.close();
  }
}

/** The data is a person's, so nobody else on this machine may read it. */
async function openNew(path: string): Promise<FileHandle> {
  return open(path, "wx", 0o600).catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
    const isThere = "code" in error && error.code === "EEXIST";
    throw new Refused(isThere ? `${path} already exists.` : `${path} cannot be written: ${error.message}.`, 2);
  });
}
