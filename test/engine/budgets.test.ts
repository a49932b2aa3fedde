import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import budgetFile from "../../bench/budgets.json" with { type: "json" };
import { type Cost, Meter } from "../../bench/meter.ts";
import { measureOperations } from "../../bench/operations.ts";
import { tableGrants } from "../../lib/tableGrants.ts";
import { createTableIfMissing } from "../../local/createTable.ts";
import { createClient, openTable, patientLimits } from "../../shared/table/client.ts";
import { localAccess } from "../support/globalSetup.ts";

type Budget = Omit<Cost, "bytes">;

const budgets: [string, Budget][] = Object.entries(budgetFile.operations);
const access = { endpoint: inject("endpoint"), ...localAccess };
const table = openTable({ tableName: `milestreak-${randomUUID()}`, ...access }, patientLimits);
const sizes = createClient(access, patientLimits);
let costs: ReadonlyMap<string, Cost> = new Map();

beforeAll(async () => {
  await createTableIfMissing({ client: sizes, name: table.name });
  costs = await measureOperations({ table, access }, new Meter(table.client, sizes));
});

afterAll(() => {
  table.client.destroy();
  sizes.destroy();
});

describe("bench/budgets.json", () => {
  it("has a budget for every operation that is measured, and for no other", () => {
    expect(budgets.map(([name]) => name).toSorted()).toEqual([...costs.keys()].toSorted());
  });

  // What a function may do to the table is listed for every one of them, or the types do not check.
  it.each(Object.keys(tableGrants))("has one for the function %s", (name) => {
    expect(budgets.map(([operation]) => operation.split(",")[0])).toContain(name);
  });
});

describe("what it asks of the engine", () => {
  // Exactly, as docs/operations.md reckons with it: what becomes cheaper has to be told there too.
  it.each(budgets)("%s", (name, budget) => {
    const { bytes: _bytes, ...cost } = costs.get(name) ?? unmeasured;
    expect(cost).toEqual(budget);
  });
});

const unmeasured: Cost = { requests: [], readUnits: Number.NaN, writeUnits: Number.NaN, bytes: 0 };
