import type { AdjustmentRecord } from "../../client/client.ts";
import type { Cells, RowFormat } from "../bulk/csvInput.ts";
import { idColumns, type Read, readCustomer, reasonRule } from "./enrollmentRow.ts";

/** An adjustment as a row describes it. The row may leave its id to the command. */
export type Correction = Omit<AdjustmentRecord, "adjustmentId"> & Partial<Pick<AdjustmentRecord, "adjustmentId">>;

export const adjustFormat: RowFormat<Correction> = {
  columns: [...idColumns, "periodName", "amount", "reason", "adjustmentId"],
  idColumns,
  read: readAdjustment,
};

/** The whole rule of an amount is the API's. Here it is only turned from text into the number that it shows. */
const amountPattern = /^-?\d{1,11}(\.\d{1,4})?$/;

function readAdjustment(cells: Cells): Read<Correction> {
  const [periodName, amount, reason, adjustmentId] = ["periodName", "amount", "reason", "adjustmentId"].map((column) =>
    cells.get(column),
  );
  const customer = readCustomer(cells);
  if ("fault" in customer) return customer;
  if (periodName === undefined) return { fault: periodRule };
  if (amount === undefined || !amountPattern.test(amount)) return { fault: amountRule };
  if (reason === undefined) return { fault: reasonRule };
  return {
    content: {
      ...customer.content,
      periodName,
      amount: Number(amount),
      reason,
      ...(adjustmentId === undefined ? {} : { adjustmentId }),
    },
  };
}

/** A run may go on when another cycle is current. So "the current one" is no answer to which cycle is meant. */
const periodRule = "periodName must be the refCode of the cycle to adjust.";
const amountRule = "amount must be a number such as -20.5, with a point and at most 4 digits behind it.";
