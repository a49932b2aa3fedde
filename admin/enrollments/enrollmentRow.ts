import type { AdjustmentRecord, CustomerName, EnrollmentRecord } from "../../client/client.ts";
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
export const idColumns = ["customerId", "externalId"] as const;

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

/** The content of a row, or a sentence that says why it cannot be sent. */
export type Read<Content> = { readonly content: Content } | { readonly fault: string };

function readEnroll(cells: Cells): Read<EnrollmentRecord> {
  const [periodName, balance] = [cells.get("periodName"), cells.get("initialBalance")];
  const customer = readCustomer(cells);
  const initialBalance = parseBalance(balance);
  const resetStreakStatus = readFlag(cells, "resetStreakStatus");
  const registerCustomer = readFlag(cells, "registerCustomer");
  if ("fault" in customer) return customer;
  if (balance !== undefined && initialBalance === undefined) {
    return { fault: "initialBalance must be empty or an integer from 0 to 9007199254740991, of digits only." };
  }
  if (resetStreakStatus === "wrong") return { fault: "resetStreakStatus must be empty, true or false." };
  if (registerCustomer === "wrong") return { fault: "registerCustomer must be empty, true or false." };
  const content = {
    ...customer.content,
    ...(periodName === undefined ? {} : { periodName }),
    ...(initialBalance === undefined ? {} : { initialBalance }),
    ...(resetStreakStatus === undefined ? {} : { resetStreakStatus }),
    ...(registerCustomer === undefined ? {} : { registerCustomer }),
  };
  return { content };
}

/** The fields of a record that name the customer of a row, who has one of the two ids. */
export function readCustomer(cells: Cells): Read<NamingFields> {
  const name = readName(cells);
  if ("fault" in name) return name;
  const { content } = name;
  return {
    content:
      typeof content === "object"
        ? { identifierName: "externalId", identifierValue: content.externalId }
        : { customerId: content },
  };
}

type NamingFields = Pick<AdjustmentRecord, "customerId" | "identifierName" | "identifierValue">;

/** The customer of a row, who has one of the two ids. */
function readName(cells: Cells): Read<CustomerName> {
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

export const reasonRule = "reason must say why.";

export const customerIdRule = "customerId must be an integer from 1 to 9007199254740991, of digits only.";

function parseBalance(text: string | undefined): number | undefined {
  return text === "0" ? 0 : parseId(text ?? "");
}
