import type { ServiceOutputTypes } from "@aws-sdk/client-dynamodb";
import type { Table } from "../../shared/table/client.ts";
import { readByActivitiesPrefix, setAsidePrefix } from "../../shared/table/keys.ts";

type Answer = { readonly response: unknown; readonly output: ServiceOutputTypes };

/** Reads the enrolments that were set aside before the others, and answers what was read then. */
export function readSetAsideFirst({ client }: Table): void {
  let early: Promise<Answer> | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const { input } = args;
      if (!("KeyConditionExpression" in input)) return next(args);
      const values: Record<string, unknown> = { ...input.ExpressionAttributeValues };
      if (isText(values[":prefix"], setAsidePrefix) && early !== undefined) return early;
      if (!isText(values[":prefix"], readByActivitiesPrefix)) return next(args);
      const instead = { ...input.ExpressionAttributeValues, ":prefix": setAsidePrefix };
      early = next({ ...args, input: { ...input, ExpressionAttributeValues: instead } });
      await early;
      return next(args);
    },
    { step: "initialize", name: "readSetAsideFirst", priority: "high" },
  );
}

/** Finds no enrolment that was set aside. */
export function neverLookAside({ client }: Table): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { input } = args;
      if (!("KeyConditionExpression" in input)) return next(args);
      const values: Record<string, unknown> = { ...input.ExpressionAttributeValues };
      if (!isText(values[":prefix"], setAsidePrefix)) return next(args);
      return next({ ...args, input: { ...input, ExpressionAttributeValues: { ...values, ":prefix": "NOTHING#" } } });
    },
    { step: "initialize", name: "neverLookAside" },
  );
}

function isText(value: unknown, text: string): boolean {
  return (JSON.stringify(value) ?? "").includes(`"${text}"`);
}

/** Sets an enrolment aside without looking whether it is still the one that was read. */
export function ignoreRevisionWhenSettingAside({ client }: Table): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { input } = args;
      if (!("TransactItems" in input) || input.TransactItems === undefined) return next(args);
      for (const item of input.TransactItems) {
        if (!("Delete" in item) || item.Delete === undefined) continue;
        item.Delete.ConditionExpression = "attribute_exists(pk)";
        item.Delete.ExpressionAttributeNames = undefined;
        item.Delete.ExpressionAttributeValues = undefined;
      }
      return next(args);
    },
    { step: "initialize", name: "ignoreRevisionWhenSettingAside" },
  );
}
