import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";

const violations = globSync("test/support/lint/**/*.ts");

type Finding = { readonly filename: string; readonly code: string; readonly severity: string };

let findings: readonly Finding[] = [];
beforeAll(() => {
  // Each start of the linter takes 0.7 s of a core, so it reads all files at once.
  const { stdout } = spawnSync("oxlint", ["--format=json", ...violations], { encoding: "utf8" });
  findings = JSON.parse(stdout).diagnostics;
});

describe("the lint rule for one-way dependencies", () => {
  it("has a file against each layer's rule", () => {
    expect(violations.toSorted()).toEqual([
      "test/support/lint/client/importsShared.ts",
      "test/support/lint/console/importsShared.ts",
      "test/support/lint/functions/enroll/importsFunction.ts",
      "test/support/lint/lib/importsFunction.ts",
      "test/support/lint/shared/auth/importsHttp.ts",
      "test/support/lint/shared/bus/importsTable.ts",
      "test/support/lint/shared/domain/importsTable.ts",
      "test/support/lint/shared/http/importsSdk.ts",
      "test/support/lint/shared/http/requests/importsViews.ts",
      "test/support/lint/shared/operations/importsHttp.ts",
      "test/support/lint/shared/sdk/importsTable.ts",
      "test/support/lint/shared/table/importsHttp.ts",
    ]);
  });

  it.each(violations)("refuses %s, for its import and nothing else", (file) => {
    const ofFile = findings.filter(({ filename }) => filename === file);
    expect(ofFile.map(({ code, severity }) => [code, severity])).toEqual([["eslint(no-restricted-imports)", "error"]]);
  });
});
