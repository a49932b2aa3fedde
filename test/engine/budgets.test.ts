import { beforeAll, describe, expect, it } from "vitest";
import budgetFile from "../../bench/budgets.json" with { type: "json" };
import { withEngine } from "../../bench/engine.ts";
import { type Cost, Meter } from "../../bench/meter.ts";
import { measureOperations } from "../../bench/operations.ts";
import { servingFunctions } from "../../lib/functionNames.ts";
import { tableGrants } from "../../lib/tableGrants.ts";
import { routeNames } from "../../shared/http/routes.ts";
import { createClient, patientLimits } from "../../shared/table/client.ts";

type Budget = Omit<Cost, "bytes">;

const budgets: [string, Budget][] = Object.entries(budgetFile.operations);
let costs: ReadonlyMap<string, Cost> = new Map();

// An engine of its own: one that holds what all other tests have written takes several times as long.
beforeAll(async () => {
  costs = await withEngine(async (engine) => {
    const sizes = createClient(engine.access, patientLimits);
    const meter = new Meter(engine.table.client, sizes);
    return measureOperations(engine, meter).finally(() => sizes.destroy());
  });
});

describe("bench/budgets.json", () => {
  it("has a budget for every operation that is measured, and for no other", () => {
    expect(budgets.map(([name]) => name).toSorted()).toEqual([...costs.keys()].toSorted());
  });

  // Functions that serve routes are called for each of them; the others for one thing.
  const calls = [...routeNames, ...Object.keys(tableGrants).filter((name) => !servesRoutes(name))];

  it.each(calls)("has one for a call of %s", (name) => {
    expect(budgets.map(([operation]) => operation.split(",")[0])).toContain(name);
  });
});

describe("what it asks of the engine", () => {
  // Exactly, as docs/costs.md reckons with it: what becomes cheaper has to be told there too.
  it.each(budgets)("%s", (name, budget) => {
    const { bytes: _bytes, ...cost } = costs.get(name) ?? unmeasured;
    expect(cost).toEqual(budget);
  });
});

function servesRoutes(name: string): boolean {
  return servingFunctions.some((serving) => serving === name);
}

const unmeasured: Cost = { requests: [], readUnits: Number.NaN, writeUnits: Number.NaN, bytes: 0 };
