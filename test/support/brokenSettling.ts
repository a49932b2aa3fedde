import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Table } from "../../shared/table/client.ts";
import { names } from "../../shared/table/enrollmentItem.ts";
import type { Keeping } from "./settledLife.ts";

/** Settles cycles and forgets which of them were met. */
export function dropMarks({ client }: Table): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { input } = args;
      if (!("UpdateExpression" in input) || input.UpdateExpression === undefined) return next(args);
      const { ExpressionAttributeNames: aliases = {}, ExpressionAttributeValues: values = {} } = input;
      const alias = Object.keys(aliases).find((name) => aliases[name] === names.past) ?? "none";
      const [, placeholder = ""] = new RegExp(`${alias} = (:\\w+)`).exec(input.UpdateExpression) ?? [];
      const packed = bytesOf(values[placeholder]);
      // The size of a row, the number of rows, and one byte that says which rows there are, come before the marks.
      packed?.fill(0, 3);
      return next(args);
    },
    { step: "initialize", name: "dropMarks" },
  );
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === "object" && value !== null && "B" in value ? bytesOf(value.B) : undefined;
}

/** Counts a late activity or return in the enrolment, and not in the row of the settled cycle. */
export function loseLateChanges({ client }: Table): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { input } = args;
      if (!("TransactItems" in input) || input.TransactItems === undefined) return next(args);
      const items = input.TransactItems.filter((item): item is TransactWriteItem => !("Get" in item));
      const TransactItems = items.filter(({ Update }) => !isOfRow(Update?.Key?.["sk"]));
      return next({ ...args, input: { TransactItems } });
    },
    { step: "initialize", name: "loseLateChanges" },
  );
}

function isOfRow(sortKey: unknown): boolean {
  return JSON.stringify(sortKey ?? "").includes("PAST#");
}

/** Settles cycles and forgets which of them were met. */
export const forgetMet: Keeping = ({ next, rows }, writer) => {
  const past = writer === "CLOSING" ? { ...next.past, metCycles: new Set<number>() } : next.past;
  return { next: { ...next, past }, rows };
};

/** Settles cycles and forgets which of them were announced. */
export const forgetAnnounced: Keeping = ({ next, rows }) => ({
  next,
  rows: rows.map(({ row, records }) => ({ row, records: records.map((one) => ({ ...one, isAnnounced: false })) })),
});

/** Settles cycles and forgets which of their sub-targets were reached. */
export const forgetTriggers: Keeping = ({ next, rows }) => ({
  next,
  rows: rows.map(({ row, records }) => ({
    row,
    records: records.map((one) => ({ ...one, triggerReachedAt: undefined })),
  })),
});

/** Counts a late adjustment in the enrolment, and not in the row of the settled cycle. */
export const loseLateAdjustments: Keeping = ({ next, rows }, writer) => ({
  next,
  rows: writer === "ADJUSTMENT" ? [] : rows,
});

/** Counts a late return in the enrolment, and not in the row of the settled cycle. */
export const loseLateReturns: Keeping = ({ next, rows }, writer) => ({ next, rows: writer === "RETURN" ? [] : rows });
