import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import budgetFile from "../../bench/budgets.json" with { type: "json" };
import { type Cost, Meter } from "../../bench/meter.ts";
import { measureOperations } from "../../bench/operations.ts";
import { localFunctions } from "../../local/functions.ts";
import { protectedRouteNames } from "../../shared/http/routes.ts";
import { createClient, patientLimits } from "../../shared/table/client.ts";
import { localAccess } from "../support/globalSetup.ts";
import { openTestTable } from "../support/service.ts";

type Budget = Omit<Cost, "bytes">;

const budgets: [string, Budget][] = Object.entries(budgetFile.operations);
const table = openTestTable();
const sizes = createClient({ endpoint: inject("endpoint"), ...localAccess }, patientLimits);
let costs: ReadonlyMap<string, Cost> = new Map();

beforeAll(async () => {
  costs = await measureOperations(table, localFunctions(table), new Meter(table.client, sizes));
});

afterAll(() => {
  table.client.destroy();
  sizes.destroy();
});

describe("bench/budgets.json", () => {
  it("has a budget for every operation that is measured, and for no other", () => {
    expect(budgets.map(([name]) => name).toSorted()).toEqual([...costs.keys()].toSorted());
  });

  it("has one for every route behind the authorizer", () => {
    expect(budgets.map(([name]) => name)).toEqual(expect.arrayContaining([...protectedRouteNames]));
  });
});

describe("within its budget of engine requests and units", () => {
  it.each(budgets)("%s", (name, budget) => {
    const { requests, readUnits, writeUnits } = costs.get(name) ?? unmeasured;
    expect(requests).toEqual(budget.requests);
    expect(readUnits).toBeLessThanOrEqual(budget.readUnits);
    expect(writeUnits).toBeLessThanOrEqual(budget.writeUnits);
  });
});

const unmeasured: Budget = { requests: [], readUnits: Number.NaN, writeUnits: Number.NaN };
