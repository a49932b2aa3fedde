import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Table } from "../../shared/table/client.ts";

/** Settles cycles and forgets which of them were met. */
export function dropMarks({ client }: Table): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { input } = args;
      if (!("UpdateExpression" in input) || input.UpdateExpression === undefined) return next(args);
      const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
      const alias = Object.keys(names).find((name) => names[name] === "past") ?? "none";
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
