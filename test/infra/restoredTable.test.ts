import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tableNameVariable } from "../../shared/config/tableConfig.ts";
import { functionIdsByName } from "./support/deployedMethods.ts";
import { at, onlyResource, references, resourcesOfType, synthesize } from "./support/synthesize.ts";

const name = "milestreak-restored";
const tableArn = `arn:aws:dynamodb:eu-west-1:123456789012:table/${name}`;
const restoredStreamArn = `${tableArn}/stream/2026-11-23T09:15:00.000`;

const before = synthesize();
const stack = synthesize({ restoredStreamArn });
const [ownTableId, ownTable] = onlyResource(stack, "AWS::DynamoDB::Table");

test("every function works on the restored table", () => {
  for (const [, id] of functionIdsByName(stack)) {
    expect(at(stack.resources.get(id)?.Properties, "Environment", "Variables", tableNameVariable)).toBe(name);
  }
});

describe("a grant on a table shrinks one deployment after the last version that uses it", () => {
  const own = { "Fn::GetAtt": [ownTableId, "Arn"] };
  const ownStream = { "Fn::GetAtt": [ownTableId, "StreamArn"] };
  const copy2 = tableArn.replace(name, "milestreak-restored-2");
  const secondRestore = { restoredStreamArn: restoredStreamArn.replace(name, "milestreak-restored-2") };

  /**
   * Each row is a deployment with the tables that its roles allow. The table that the earlier versions still use is one
   * of them.
   */
  test.each([
    { deployment: "the first, to the stack's own table", settings: {}, tables: own },
    { deployment: "the switch to a restored table", settings: { restoredStreamArn }, tables: [tableArn, own] },
    { deployment: "the one after", settings: { restoredStreamArn, previousTable: "none" }, tables: tableArn },
    {
      deployment: "the switch from a restored table to another",
      settings: { ...secondRestore, previousTable: tableArn },
      tables: [tableArn, copy2],
    },
    {
      deployment: "the switch back to the stack's own",
      settings: { previousTable: tableArn },
      tables: [tableArn, own],
    },
  ])("$deployment", ({ settings, tables }) => {
    const stream = at(settings, "restoredStreamArn") ?? ownStream;
    const expected = new Map(
      resourcesOfType(before, "AWS::IAM::Policy").map(([id, { Properties }]) => [
        id,
        replaced(replaced(at(Properties, "PolicyDocument"), own, tables), ownStream, stream),
      ]),
    );
    const found = resourcesOfType(synthesize(settings), "AWS::IAM::Policy");
    for (const [id, { Properties }] of found) expect(at(Properties, "PolicyDocument")).toEqual(expected.get(id));
    expect(found.length).toBe(expected.size);
  });
});

test("the old table's stream is not read, because its records would be projected into the restored table", () => {
  expect(JSON.stringify([...before.resources.values()])).toContain(`["${ownTableId}","StreamArn"]`);
  expect(JSON.stringify([...stack.resources.values()])).not.toContain(`["${ownTableId}","StreamArn"]`);
});

test("the projector reads the restored table's stream", () => {
  const sources = resourcesOfType(stack, "AWS::Lambda::EventSourceMapping").map(
    ([, { Properties }]) => Properties.EventSourceArn,
  );
  expect(sources).toContain(restoredStreamArn);
});

test("the output, the alarms and the dashboard name the restored table, and after the switch nothing refers to the stack's own", () => {
  const after = synthesize({ restoredStreamArn, previousTable: "none" });
  expect(stack.outputs.TableName).toMatchObject({ Value: name });
  const referring = [...after.resources].filter(([, resource]) => references(resource).has(ownTableId));
  expect(referring.map(([id]) => id)).toEqual([]);
  const alarming = resourcesOfType(stack, "AWS::CloudWatch::Alarm").filter(([, alarm]) =>
    JSON.stringify(alarm).includes(name),
  );
  expect(alarming).toHaveLength(2);
});

test("the stack's own table stays as it is", () => {
  expect(ownTable).toEqual(onlyResource(before, "AWS::DynamoDB::Table")[1]);
});

const restore = readFileSync("docs/restore.md", "utf8");

test("the stack that docs/restore.md deploys on a copy closes no cycles; the running stack does", () => {
  const deployed = [...restore.matchAll(/^npm run deploy -- (.*)$/gm)].map(([, options = ""]) =>
    synthesize(Object.fromEntries([...options.matchAll(/-c (\w+)=(\S+)/g)].map(([, key, value]) => [key, value]))),
  );
  expect(
    deployed.map((each) => [
      each.stackName,
      onlyResource(each, "AWS::Scheduler::Schedule")[1].Properties["State"],
      each.outputs.TableName,
    ]),
  ).toEqual([
    ["Milestreak-restore", "DISABLED", expect.objectContaining({ Value: name })],
    ["Milestreak", "ENABLED", expect.objectContaining({ Value: name })],
    ["Milestreak", "ENABLED", expect.objectContaining({ Value: name })],
  ]);
});

test("the restore of docs/restore.md waits after each change until the table can be changed again", () => {
  const commands = [...restore.matchAll(/^aws dynamodb (\S+)/gm)].map(([, command]) => command);
  expect(commands.slice(0, commands.indexOf("describe-table"))).toEqual([
    "restore-table-to-point-in-time",
    "wait",
    "update-table",
    "wait",
    "update-time-to-live",
    "update-continuous-backups",
  ]);
});

/** The value, with each part that equals `from` replaced by `to`. */
function replaced(value: unknown, from: unknown, to: unknown): unknown {
  const isSame = JSON.stringify(value) === JSON.stringify(from);
  if (isSame || typeof value !== "object" || value === null) return isSame ? to : value;
  if (Array.isArray(value)) return value.map((each) => replaced(each, from, to));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, from, to)]));
}
