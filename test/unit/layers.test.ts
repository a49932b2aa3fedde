import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { describe, expect, it } from "vitest";

const violations = globSync("test/support/lint/**/*.ts");

function lint(file: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout } = spawnSync("oxlint", [file], { encoding: "utf8" });
  return { status, output: stdout };
}

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
    const { status, output } = lint(file);
    expect(status).toBe(1);
    expect(output).toContain("no-restricted-imports");
    expect(output).toContain("1 error");
  });
});
