import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import pMap from "p-map";
import { byItself } from "../../shared/domain/authorship.ts";
import { type ErasureRequest, erasureModes } from "../../shared/domain/erasing.ts";
import { parseId } from "../../shared/http/requests/parameters.ts";
import { isJsonObject } from "../../shared/http/requests/validation.ts";
import { reapplyErasure } from "../../shared/operations/requestErasure.ts";
import type { Table } from "../../shared/table/client.ts";
import { orgPattern } from "../../shared/table/keys.ts";
import { addConnectionOptions, type ConnectionOptions, withTable } from "../connection.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";

/** The list has a file for each erasure ever asked for, and a process may open some hundred at once. */
const filesAtOnce = 25;

type Options = ConnectionOptions & { readonly from: string; readonly json?: true };

export function addReapply(parent: Command, output: Output): void {
  const command = parent
    .command("reapply")
    .description("ask again, in a restored table, for all erasures that were recorded outside the table")
    .requiredOption(
      "--from <folder>",
      "a copy of the recorded list: a folder for each org with a file for each request",
    )
    .option("--json", "print the result as JSON");
  addConnectionOptions(command).action(async (options: Options) => {
    const requests = await readList(options.from);
    const counts = await withTable(command, options, (table) => reapplyAll(table, requests));
    report(output, options.json, counts, [
      `${counts.repeated} of ${requests.length} erasures were asked for again; ${counts.there} were there, and ${counts.unknown} customers to anonymise are not in the table.`,
    ]);
  });
}

type Counts = { readonly repeated: number; readonly there: number; readonly unknown: number };

/** It is safe to repeat: what was asked for is there the next time. */
async function reapplyAll(table: Table, requests: readonly ErasureRequest[]): Promise<Counts> {
  const counts = { repeated: 0, there: 0, unknown: 0 };
  for (const request of requests) counts[await reapplyErasure(table, request, Date.now())] += 1;
  return counts;
}

/** Refuses the whole list when a file of it cannot be understood, before anything is asked for. */
async function readList(folder: string): Promise<ErasureRequest[]> {
  const files = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new Refused(`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, 2);
  });
  const names = files.filter((name) => name.endsWith(".json")).toSorted();
  const read = async (name: string) => parseRecord(name, await readFile(join(folder, name), "utf8"));
  return pMap(names, read, { concurrency: filesAtOnce });
}

function parseRecord(name: string, text: string): ErasureRequest {
  const value = parseOrNothing(text);
  const { org, customerId, mode, requestedAt } = isJsonObject(value) ? value : {};
  const known = erasureModes.find((one) => one === mode);
  const id = parseId(String(customerId));
  const at = Date.parse(String(requestedAt));
  if (typeof org !== "string" || !orgPattern.test(org) || known === undefined || id === undefined || Number.isNaN(at))
    throw new Refused(`${name} is no record of an erasure; nothing was done.`, 2);
  return { org, customerId: id, mode: known, requestedAt: at, ...byItself };
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
