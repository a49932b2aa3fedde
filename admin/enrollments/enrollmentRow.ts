import type { CustomerName, EnrollmentRecord } from "../../client/client.ts";
import { parseId } from "../../shared/http/requests/parameters.ts";
import type { Cells, RowFormat } from "../bulk/csvInput.ts";

const columns = [
  "customerId",
  "externalId",
  "periodName",
  "initialBalance",
  "resetStreakStatus",
  "registerCustomer",
] as const;
const idColumns = ["customerId", "externalId"] as const;

export const enrollFormat: RowFormat<EnrollmentRecord> = { columns, idColumns, read: readEnroll };

/**
 * The columns are the same as for enrolling, so that one file can enrol customers and un-enrol them. Only the ids are
 * used.
 */
export const unenrollFormat: RowFormat<CustomerName> = { columns, idColumns, read: readName };

/** A spreadsheet writes TRUE, a program true. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

function readEnroll(cells: Cells): { readonly content: EnrollmentRecord } | { readonly fault: string } {
  const [periodName, balance] = [cells.get("periodName"), cells.get("initialBalance")];
  const customer = readName(cells);
  const initialBalance = parseBalance(balance);
  const resetStreakStatus = readFlag(cells, "resetStreakStatus");
  const registerCustomer = readFlag(cells, "registerCustomer");
  if ("fault" in customer) return customer;
  if (balance !== undefined && initialBalance === undefined) {
    return { fault: "initialBalance must be empty or an integer from 0 to 9007199254740991, of digits only." };
  }
  if (resetStreakStatus === "wrong") return { fault: "resetStreakStatus must be empty, true or false." };
  if (registerCustomer === "wrong") return { fault: "registerCustomer must be empty, true or false." };
  const { content: name } = customer;
  const content = {
    ...(typeof name === "object"
      ? { identifierName: "externalId" as const, identifierValue: name.externalId }
      : { customerId: name }),
    ...(periodName === undefined ? {} : { periodName }),
    ...(initialBalance === undefined ? {} : { initialBalance }),
    ...(resetStreakStatus === undefined ? {} : { resetStreakStatus }),
    ...(registerCustomer === undefined ? {} : { registerCustomer }),
  };
  return { content };
}

type Name = { readonly content: CustomerName } | { readonly fault: string };

/** The customer of a row, who has one of the two ids. */
function readName(cells: Cells): Name {
  const [written, externalId] = [cells.get("customerId"), cells.get("externalId")];
  if (written !== undefined && externalId !== undefined)
    return { fault: "customerId and externalId must not both be there." };
  if (externalId !== undefined) return { content: { externalId } };
  const customerId = parseId(written ?? "");
  return customerId === undefined ? { fault: customerIdRule } : { content: customerId };
}

function readFlag(cells: Cells, column: string): boolean | undefined | "wrong" {
  const text = cells.get(column);
  return text === undefined ? undefined : (booleans.get(text.toLowerCase()) ?? "wrong");
}

export const customerIdRule = "customerId must be an integer from 1 to 9007199254740991, of digits only.";

function parseBalance(text: string | undefined): number | undefined {
  return text === "0" ? 0 : parseId(text ?? "");
}
