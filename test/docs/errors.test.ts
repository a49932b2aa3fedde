import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ErrorCode, errorCatalogue } from "../../shared/http/errors.ts";
import { routes } from "../../shared/http/routes.ts";

/**
 * The codes in the order in which they are answered. API Gateway's come first, then those of the request, then those
 * that need the table.
 */
const precedence: readonly ErrorCode[] = [
  404, 401, 4000, 300004, 310017, 310018, 310011, 310019, 310119, 310126, 310069, 310149, 429, 500, 4001,
];

const sections = readFileSync("docs/errors.md", "utf8")
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ code: Number(text.slice(0, text.indexOf("\n"))), text }));

describe("docs/errors.md", () => {
  it("has a heading for each code of the catalogue, in the order in which they are answered", () => {
    expect(sections.map(({ code }) => code)).toEqual(precedence);
    expect(precedence.toSorted((one, other) => one - other)).toEqual(
      Object.keys(errorCatalogue)
        .map(Number)
        .toSorted((one, other) => one - other),
    );
  });

  it.each(precedence)("says of %d when it is answered, with its HTTP status, and what to do", (code) => {
    const text = textOf(code);
    expect(text).toMatch(/^\*\*When:\*\* /m);
    expect(text).toContain(`HTTP **${errorCatalogue[code].status}**`);
    expect(text).toMatch(/^\*\*Do:\*\* /m);
  });

  it.each(precedence)(
    "shows of %d bodies as they are answered: the envelope, the code, the catalogue's sentence",
    (code) => {
      const bodies = [...textOf(code).matchAll(/^```json\n(.*)\n```$/gm)].map(([, body]) => JSON.parse(body ?? ""));
      expect(bodies.length).toBeGreaterThan(0);
      for (const { data, errors, warnings } of bodies) {
        expect({ data, warnings }).toEqual({ data: null, warnings: null });
        expect(errors.length).toBeGreaterThan(0);
        for (const error of errors) {
          expect(Object.keys(error)).toEqual(["code", "message"]);
          expect(error.code).toBe(code);
          expect(error.message.startsWith(`${errorCatalogue[code].message} `)).toBe(true);
        }
      }
    },
  );
});

describe("the first table of docs/errors.md", () => {
  const table = readFileSync("docs/errors.md", "utf8").split("\n## ")[0] ?? "";
  const rows = [...table.matchAll(/^\| ([\d /]+) \| ([\d, /]+) \|/gm)].map(([, codes = "", statuses = ""]) => ({
    codes: codes.split(" / ").map(Number),
    statuses: statuses.split(/, | \/ /).map((status) => Number(status)),
  }));

  it("lists the codes in the order of precedence", () => {
    expect(rows.flatMap(({ codes }) => codes)).toEqual(precedence);
  });

  it.each(precedence)("says the HTTP status of %d", (code) => {
    const row = rows.find(({ codes }) => codes.includes(code));
    const statuses = row?.codes.length === 1 ? row.statuses : [row?.statuses[row.codes.indexOf(code)]];
    expect(statuses[0]).toBe(errorCatalogue[code].status);
  });
});

describe("docs/endpoints.md", () => {
  it("lists the route table's routes and no other", () => {
    const endpoints = readFileSync("docs/endpoints.md", "utf8");
    const listed = [...endpoints.matchAll(/^\| `([A-Z]+) ([^?`]+)[^`]*` \| (\w+) \|/gm)].map(
      ([, method, path, permission]) => `${method} ${path} ${permission}`,
    );
    const expected = Object.values(routes).map(({ method, path, permission }) => `${method} ${path} ${permission}`);
    expect(listed.toSorted()).toEqual(expected.toSorted());
  });
});

function textOf(code: ErrorCode): string {
  const section = sections.find((each) => each.code === code);
  if (section === undefined) throw new Error(`${code} has no heading`);
  return section.text;
}
