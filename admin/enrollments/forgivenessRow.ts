import type { ExcuseRecord, FreezesRecord } from "../../client/client.ts";
import { parseId } from "../../shared/http/requests/parameters.ts";
import type { Cells, RowFormat } from "../bulk/csvInput.ts";
import { idColumns, type Read, readCustomer, reasonRule } from "./enrollmentRow.ts";

/** A grant of freezes as a row describes it. The row may leave its id to the command. */
export type Grant = Omit<FreezesRecord, "grantId"> & Partial<Pick<FreezesRecord, "grantId">>;

export const excuseFormat: RowFormat<ExcuseRecord> = {
  columns: [...idColumns, "periodName", "startDate", "endDate", "reason"],
  idColumns,
  read: readExcuse,
};

export const freezesFormat: RowFormat<Grant> = {
  columns: [...idColumns, "amount", "reason", "grantId"],
  idColumns,
  read: readGrant,
};

/** Which of the cycle's name and the dates have to be there is the API's rule. */
function readExcuse(cells: Cells): Read<ExcuseRecord> {
  const [periodName = null, startDate = null, endDate = null, reason] = [
    "periodName",
    "startDate",
    "endDate",
    "reason",
  ].map((column) => cells.get(column));
  const customer = readCustomer(cells);
  if ("fault" in customer) return customer;
  if (reason === undefined) return { fault: reasonRule };
  return { content: { ...customer.content, periodName, startDate, endDate, reason } };
}

function readGrant(cells: Cells): Read<Grant> {
  const [written, reason, grantId] = ["amount", "reason", "grantId"].map((column) => cells.get(column));
  const customer = readCustomer(cells);
  const amount = parseId(written ?? "");
  if ("fault" in customer) return customer;
  if (amount === undefined) return { fault: "amount must be an integer from 1 to 10, of digits only." };
  if (reason === undefined) return { fault: reasonRule };
  return { content: { ...customer.content, amount, reason, ...(grantId === undefined ? {} : { grantId }) } };
}
