import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { admin } from "../support/adminCommand.ts";
import { useOperators } from "../support/operator.ts";
import { ok } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during } from "../support/targetGroups.ts";

const service = useProjectedService();
const newOperator = useOperators(service);
const now = during(1);

/** A customer with more rows than a page of an export has. */
async function customerOf() {
  const operator = await newOperator();
  const { org } = operator;
  const customerId = await org.newCustomer();
  await ok(org.admin.put(`/customers/${customerId}`, { firstName: "Ada", externalId: "card-1" }));
  const ids = Array.from({ length: 120 }, (_, index) => `id-${index}`);
  for (let first = 0; first < ids.length; first += 20) {
    const sales = ids.slice(first, first + 20).map((activityId) => ({
      activityId,
      customerId,
      type: "TRANSACTION",
      occurredAt: now,
      amount: 12.5,
    }));
    await ok(org.till.post("/activities", sales, { now }));
  }
  return { operator, org, customerId, id: String(customerId), access: operator.access() };
}

function linesOf(text: string): Readonly<Record<string, unknown>>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("customers export", () => {
  it("prints a line of JSON for the profile and for each row of all pages", async () => {
    const { id, access, customerId } = await customerOf();
    const { status, stdout, stderr } = await admin("customers", "export", id, ...access);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const rows = linesOf(stdout);
    expect(rows[0]).toMatchObject({ type: "profile", customerId, firstName: "Ada", externalId: "card-1" });
    expect(new Set(rows.slice(1).map((row) => row["activityId"])).size).toBe(120);
    expect(rows).toHaveLength(121);
  });

  it("writes with --output a file that its owner alone can read, and prints where it is and nothing of the customer", async () => {
    const { id, access, operator } = await customerOf();
    const file = join(dirname(operator.file("empty", "")), "export.ndjson");
    const { status, stdout } = await admin("customers", "export", id, ...access, "--output", file);
    expect([status, stdout]).toEqual([0, `121 rows were written to ${file}.\n`]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(linesOf(readFileSync(file, "utf8"))).toHaveLength(121);
  });

  it("never writes over a file, and leaves none behind when the customer is unknown", async () => {
    const { id, access, operator } = await customerOf();
    const file = operator.file("there.ndjson", "kept");
    const over = await admin("customers", "export", id, ...access, "--output", file);
    expect([over.status, over.stdout]).toEqual([2, ""]);
    expect(over.stderr).toContain("already exists");
    expect(readFileSync(file, "utf8")).toBe("kept\n");
    const other = `${file}.new`;
    const unknown = await admin("customers", "export", "987654321", ...access, "--output", other);
    expect([unknown.status, existsSync(other)]).toEqual([1, false]);
  });
});

describe("customers erase", () => {
  it.each(["ERASE", "ANONYMISE"])(
    "with --mode %s and --yes asks for it, says after an erasure that dead letters are left, and erasures show says how far it is",
    async (mode) => {
      const { id, access, org } = await customerOf();
      const { status, stdout } = await admin("customers", "erase", id, "--mode", mode, "--yes", ...access);
      const [asked, ...more] = stdout.trimEnd().split("\n");
      expect([status, asked]).toEqual([
        0,
        `${mode} of customer ${id} was asked for. See how far it is with: erasures show ${id}`,
      ]);
      const left = "Dead letters of the queue are not reached by it. Delete the customer's with: dead-letters erase";
      expect(more).toEqual(mode === "ERASE" ? [left] : []);
      const shown = await admin("erasures", "show", id, ...access);
      expect(shown.stdout).toMatch(new RegExp(`^${mode} of customer ${id}, asked for at .*: RUNNING\n$`));
      const json = await admin("erasures", "show", id, "--json", ...access);
      expect(JSON.parse(json.stdout)).toMatchObject({ requestId: Number(id), mode, status: "RUNNING" });
      const { body } = await org.reader.get(`/customers/${id}`);
      expect(body.errors?.[0]?.code ?? body.data.firstName).toBe(mode === "ERASE" ? 310011 : null);
    },
  );

  it("does nothing without --yes where nobody can be asked, and none without --mode", async () => {
    const { id, access, org } = await customerOf();
    const unasked = await admin("customers", "erase", id, "--mode", "ERASE", ...access);
    expect([unasked.status, unasked.stderr]).toEqual([2, "Nobody can be asked here. Add --yes if you are sure.\n"]);
    expect((await admin("customers", "erase", id, "--yes", ...access)).status).toBe(2);
    expect((await ok(org.reader.get(`/customers/${id}`))).body.data.firstName).toBe("Ada");
  });

  it("says for an unknown customer what the service says", async () => {
    const { access } = await customerOf();
    const { status, stderr } = await admin("customers", "erase", "987654321", "--mode", "ERASE", "--yes", ...access);
    expect([status, stderr.includes("987654321")]).toEqual([1, true]);
  });
});
