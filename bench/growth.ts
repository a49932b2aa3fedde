import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { localFunctions } from "../local/functions.ts";
import { createClient, patientLimits, type Table } from "../shared/table/client.ts";
import { type Design, milestreak } from "./designs.ts";
import type { BenchEngine } from "./engine.ts";
import { closeEarlierCycles } from "./longEnrollments.ts";
import { type Cost, Meter } from "./meter.ts";
import { idempotencyRecord } from "./peers/idempotencyRecord.ts";
import { itemPerCycle } from "./peers/itemPerCycle.ts";
import { newCustomer, newPlace, type Place } from "./place.ts";

/** How large a group is. */
export type Size = { readonly cycles: number; readonly targets: number };

export const sizes: readonly Size[] = [1, 10, 100].flatMap((cycles) =>
  [1, 10, 50].map((targets) => ({ cycles, targets })),
);

export const operations = [
  "first enrolment",
  "re-enrolment in the first cycle",
  "re-enrolment after all cycles",
  "activity in the first cycle",
  "activity in the last cycle",
] as const;
export type Operation = (typeof operations)[number];

/** What one design takes for one operation at one size. */
export type GrowthRow = Size & {
  readonly design: string;
  readonly operation: Operation;
  readonly cost: Omit<Cost, "requests"> & { readonly requests: number };
};

/**
 * Measures all designs on one engine: enrolments into one target, and activities that reach each of the customer's
 * targets, with the definition cached. In the last cycle, every earlier one has been reached and closed. Deterministic,
 * as no time is measured, in a table whose name has as many letters.
 */
export async function measureGrowth({ table, access }: BenchEngine, at: readonly Size[] = sizes): Promise<GrowthRow[]> {
  const itemSizes = createClient(access, patientLimits);
  const meter = new Meter(table.client, itemSizes);
  const designs = [milestreak(localFunctions(table)), idempotencyRecord(table), itemPerCycle(table)];
  const rows: GrowthRow[] = [];
  for (const { cycles, targets } of at) {
    const place = await newPlace(table, cycles, targets);
    for (const design of designs) rows.push(...(await measureDesign(table, meter, design, place)));
  }
  itemSizes.destroy();
  return rows;
}

/** One keeps the definition in mind; the other two are measured, the latter when they come back in the first cycle. */
const [warmUp, customer, returning] = [1, 2, 3] as const;

/** Where a design is measured, and how. */
type Stage = {
  readonly table: Table;
  readonly design: Design;
  readonly place: Place;
  /** The target of the enrolments. */
  readonly measured: number;
  readonly row: (operation: Operation, work: () => Promise<unknown>) => Promise<GrowthRow>;
};

async function measureDesign(table: Table, meter: Meter, design: Design, place: Place): Promise<GrowthRow[]> {
  const { cycles, targets } = place.group;
  const [measured] = targets.map(({ id }) => id);
  if (measured === undefined) throw new Error("A group has a target");
  const size: Size = { cycles: cycles.length, targets: targets.length };
  const row: Stage["row"] = async (operation, work) => {
    const { requests, ...cost } = await meter.costOf(work);
    return { design: design.name, operation, ...size, cost: { requests: requests.length, ...cost } };
  };
  const stage = { table, design, place, measured, row };
  const first = await measureFirstCycle(stage);
  return cycles.length === 1 ? first : [...first, ...(await measureLastCycle(stage))];
}

async function measureFirstCycle({ table, design, place, measured, row }: Stage): Promise<GrowthRow[]> {
  const others = place.group.targets.map(({ id }) => id).filter((id) => id !== measured);
  for (const customerId of [warmUp, customer, returning]) await newCustomer(table, place, customerId);
  for (const customerId of [warmUp, returning]) {
    await design.enroll(place, customerId, measured, 1);
    await design.count(place, customerId, 1);
  }
  for (const id of others) await design.enroll(place, customer, id, 1);
  const first = await row("first enrolment", () => design.enroll(place, customer, measured, 1));
  const activity = await row("activity in the first cycle", () => design.count(place, customer, 1));
  await leaveFirstCycle(design, place, measured);
  await expireRecord(table, place, measured);
  const again = await row("re-enrolment in the first cycle", () => design.enroll(place, returning, measured, 1));
  return [first, activity, again];
}

/** Whoever leaves in the first cycle leaves every later one; an item per cycle is left by itself. */
async function leaveFirstCycle(design: Design, place: Place, targetId: number): Promise<void> {
  const left = design.flatPartition === undefined ? place.group.cycles : place.group.cycles.slice(0, 1);
  for (const { number } of left) await design.leave(place, returning, targetId, number);
}

/** A record of a request lives for a day, so it is gone when the customer comes back, and says "repeated" until then. */
async function expireRecord({ client, name }: Table, { org }: Place, targetId: number): Promise<void> {
  const pk = { S: `IDEMPOTENCY#${org}#${returning}#enroll-${targetId}-1` };
  await client.send(new DeleteItemCommand({ TableName: name, Key: { pk, sk: { S: "IDEMPOTENCY" } } }));
}

async function measureLastCycle({ table, design, place, measured, row }: Stage): Promise<GrowthRow[]> {
  const last = place.group.cycles.length;
  for (let number = 2; number < last; number += 1) await design.count(place, customer, number);
  if (design.flatPartition !== undefined) {
    await closeEarlierCycles(table, design.flatPartition(place.org, customer), place);
  }
  // Its definition was cached months ago.
  await design.count(place, warmUp, last);
  await design.leave(place, warmUp, measured, last);
  await design.enroll(place, warmUp, measured, last);
  const activity = await row("activity in the last cycle", () => design.count(place, customer, last));
  await design.leave(place, customer, measured, last);
  const again = await row("re-enrolment after all cycles", () => design.enroll(place, customer, measured, last));
  return [activity, again];
}
