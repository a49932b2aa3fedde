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

// The file has an engine of its own. An engine that holds what all other tests have written takes several times as
// long.
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

  // A function that serves routes is called for each of them. Every other function is called for one thing.
  const calls = [...routeNames, ...Object.keys(tableGrants).filter((name) => !servesRoutes(name))];

  it.each(calls)("has one for a call of %s", (name) => {
    expect(budgets.map(([operation]) => operation.split(",")[0])).toContain(name);
  });
});

describe("what it asks of the engine", () => {
  // The cost must be exact, because docs/costs.md uses it. When something becomes cheaper, the document has to say so
  // too.
  it.each(budgets)("%s", (name, budget) => {
    const { bytes: _bytes, ...cost } = costs.get(name) ?? unmeasured;
    expect(cost).toEqual(budget);
  });
});

function servesRoutes(name: string): boolean {
  return servingFunctions.some((serving) => serving === name);
}

const unmeasured: Cost = { requests: [], readUnits: Number.NaN, writeUnits: Number.NaN, bytes: 0 };
