import type { EnrollmentRecord } from "../../client/client.ts";
import { parseId } from "../../shared/http/requests/parameters.ts";
import type { Cells, RowFormat } from "../bulk/csvInput.ts";

const columns = ["customerId", "periodName", "initialBalance", "resetStreakStatus"] as const;

export const enrollFormat: RowFormat<EnrollmentRecord> = { columns, read: readEnroll };

/**
 * The columns are the same as for enrolling, so that one file can enrol customers and un-enrol them. Only the first is
 * used.
 */
export const unenrollFormat: RowFormat<number> = { columns, read: readUnenroll };

/** A spreadsheet writes TRUE, a program true. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

function readEnroll(cells: Cells): { readonly content: EnrollmentRecord } | { readonly fault: string } {
  const [periodName, balance, reset] = columns.slice(1).map((column) => cells.get(column));
  const customerId = parseId(cells.get("customerId") ?? "");
  const initialBalance = parseBalance(balance);
  const resetStreakStatus = booleans.get(reset?.toLowerCase() ?? "");
  if (customerId === undefined) return { fault: customerIdRule };
  if (balance !== undefined && initialBalance === undefined) {
    return { fault: "initialBalance must be empty or an integer from 0 to 9007199254740991, of digits only." };
  }
  if (reset !== undefined && resetStreakStatus === undefined) {
    return { fault: "resetStreakStatus must be empty, true or false." };
  }
  const content = {
    customerId,
    ...(periodName === undefined ? {} : { periodName }),
    ...(initialBalance === undefined ? {} : { initialBalance }),
    ...(resetStreakStatus === undefined ? {} : { resetStreakStatus }),
  };
  return { content };
}

function readUnenroll(cells: Cells): { readonly content: number } | { readonly fault: string } {
  const customerId = parseId(cells.get("customerId") ?? "");
  return customerId === undefined ? { fault: customerIdRule } : { content: customerId };
}

export const customerIdRule = "customerId must be an integer from 1 to 9007199254740991, of digits only.";

function parseBalance(text: string | undefined): number | undefined {
  return text === "0" ? 0 : parseId(text ?? "");
}
