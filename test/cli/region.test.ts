import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { spawnAdmin } from "../support/adminCommand.ts";

test.each([
  ["list", []],
  ["create", ["--username", "till", "--usage-plan", "plan"]],
  ["limit", ["--username", "till", "--usage-plan", "plan"]],
])(
  "credentials %s on a deployed table without a region says how to name one, and ends with status 2",
  async (command, more) => {
    const home = mkdtempSync(join(tmpdir(), "milestreak-home-"));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const { status, stdout, stderr } = await spawnAdmin(
      { HOME: home },
      "credentials",
      command,
      "--table",
      "t",
      "--org",
      "1",
      ...more,
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(
      "No AWS region is set. Name the stack's: export AWS_REGION=eu-west-1, or give your AWS profile a region.\n",
    );
  },
);
