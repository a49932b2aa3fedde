import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it, test } from "vitest";
import { expressionsIn } from "../../scripts/regex/expressions.ts";
import { sourcesToScan } from "../../scripts/regex/sources.ts";

describe("npm run check:regex", () => {
  it("refuses a file with an expression that takes more than linear time, one made at run time and a slow pattern", () => {
    const file = "test/support/regex/trimsZeros.ts";
    const { status, stderr } = spawnSync("npm", ["run", "--silent", "check:regex", "--", file], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain(`${file}:2 /0+$/ takes more than linear time: 2nd degree polynomial`);
    expect(stderr).toContain(`${file}:4 new RegExp(text) is put together at run time`);
    expect(stderr).toContain(`${file}:6 pattern: "^(a+)+$" takes more than linear time: exponential`);
    expect(stderr.trim().split("\n")).toHaveLength(3);
  });
});

let scanned: readonly string[] = [];
beforeAll(async () => {
  scanned = await sourcesToScan();
});

test.each([
  "web/console/wire.ts",
  "web/reference/start.js",
  "lib/bundling/middyUtil.mjs",
  "functions/definitions/calendar.ts",
  "node_modules/@middy/core/index.js",
])("npm run check:regex reads %s", (file) => {
  expect(scanned).toContain(file);
});

describe("expressionsIn finds", () => {
  it.each([
    ["a literal with its flags", "const a = /a\\/b/gi;", { source: "a\\/b", flags: "gi" }],
    ["a constructor's text", 'new RegExp("a+", "u")', { source: "a+", flags: "u" }],
    ["a call's text", "RegExp(`a+`)", { source: "a+", flags: "" }],
    ["a schema's pattern", 'const a = { pattern: "^a+$" }', { source: "^a+$", flags: "u" }],
    ["a text named as an expression", 'const aExpression = "a+"', { source: "a+", flags: "" }],
    ["a literal handed to the constructor, once", "new RegExp(/a+/g)", { source: "a+", flags: "g" }],
    ["what is put together, without its parts", 'new RegExp(one + "a+")', undefined],
  ])("%s", (_, code, parts) => {
    expect(expressionsIn("a.ts", code).map((one) => one.parts)).toEqual([parts]);
  });
});
