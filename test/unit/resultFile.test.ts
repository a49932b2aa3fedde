import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, expect, it } from "vitest";
import { openResultFile } from "../../admin/bulk/resultFile.ts";

const folder = mkdtempSync(join(tmpdir(), "milestreak-results-"));
afterAll(() => rmSync(folder, { recursive: true }));

const job = { command: "enroll", service: "s", dataId: "d", subject: "t", inputDigest: "0" };
const open = (path: string) => openResultFile(path, job, 1, () => 0);
const permissions = (path: string) => statSync(path).mode & 0o777;
const refused = { outcome: "refused", code: "310011" } as const;

it.each(["=cmd()", "+1", "-1", "@SUM(A1)", "\t=cmd()", "\r=cmd()", " =cmd()", "\n@x"])(
  "no cell of a result file is a formula to a spreadsheet: %j",
  async (text) => {
    const path = join(folder, `${Buffer.from(text).toString("hex")}.csv`);
    const file = await open(path);
    await file.append({ line: 2, customerId: text, ...refused, message: text });
    await file.close();
    const rows: string[][] = parse(readFileSync(path, "utf8"));
    expect(rows[2]?.[1]).toBe(`'${text.trim()}`);
    expect(rows.flat().filter((cell) => /^[=+\-@\s]/.test(cell))).toEqual([]);
  },
);

it("a run continues with a file of escaped cells: its id and each line's last result are read unchanged", async () => {
  const path = join(folder, "resumed.csv");
  const first = await open(path);
  await first.append({ line: 2, customerId: "=1", ...refused, message: "-" });
  await first.append({ line: 3, customerId: "7", outcome: "failed", code: "network", message: "+" });
  await first.append({ line: 3, customerId: "7", outcome: "done", code: "", message: "@" });
  await first.close();
  const second = await open(path);
  await second.close();
  expect(second.runId).toBe(first.runId);
  expect(second.verdicts.get(2)).toEqual(refused);
  expect(second.verdicts.get(3)).toEqual({ outcome: "done", code: "" });
  const rows: string[][] = parse(readFileSync(path, "utf8"));
  expect(rows.filter(([line]) => line !== "line" && line !== "0").map(([, id]) => id)).toEqual(["'=1", "7", "7"]);
});

it("only its owner can read and write a result file, even if everybody could before", async () => {
  const path = join(folder, "owned.csv");
  await (await open(path)).close();
  expect(permissions(path)).toBe(0o600);
  chmodSync(path, 0o644);
  await (await open(path)).close();
  expect(permissions(path)).toBe(0o600);
});
