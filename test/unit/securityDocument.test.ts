import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const text = readFileSync("docs/security.md", "utf8");
const namedFiles = [...new Set(text.match(/test\/[\w./-]+\.ts/g))];
const rows = text.split("\n").filter((line) => /^\| API\d/.test(line));

describe("docs/security.md", () => {
  it.each(namedFiles)("names %s, which exists", (path) => {
    expect(existsSync(path)).toBe(true);
  });

  it("answers each of the ten risks once, in order, with at least one test", () => {
    const numbers = rows.map((row) => Number(/^\| API(\d+) /.exec(row)?.[1]));
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const row of rows) expect(row).toMatch(/\.test\.ts` \|$/);
  });
});
