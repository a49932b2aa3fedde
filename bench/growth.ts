import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { localFunctions } from "../local/functions.ts";
import { settlingRules } from "../shared/domain/settling.ts";
import { createClient, patientLimits, type Table } from "../shared/table/client.ts";
import { type Design, milestreak } from "./designs.ts";
import type { BenchEngine } from "./engine.ts";
import { type Cost, Meter } from "./meter.ts";
import { idempotencyRecord } from "./peers/idempotencyRecord.ts";
import { itemPerCycle } from "./peers/itemPerCycle.ts";
import { newCustomer, newPlace, type Place } from "./place.ts";

/** How large a group is. */
export type Size = { readonly cycles: number; readonly targets: number };

export const sizes: readonly Size[] = [
  ...[1, 10].flatMap((cycles) => [1, 10, 50].map((targets) => ({ cycles, targets }))),
  { cycles: 100, targets: 1 },
  { cycles: 100, targets: 10 },
  { cycles: 1_000, targets: 1 },
];

export const operations = [
  "first enrolment",
  "re-enrolment in the first cycle",
  "re-enrolment after all cycles",
  "un-enrolment in the last cycle",
  "activity in the first cycle",
  "activity in the last cycle",
  "return into the first cycle, in the last",
  "closing of a cycle",
  "read of the current cycle",
  "read of all cycles",
  "read of the enrolled targets",
] as const;
export type Operation = (typeof operations)[number];

/** The cost of one operation in one design at one size. */
export type GrowthRow = Size & {
  readonly design: string;
  readonly operation: Operation;
  readonly cost: Omit<Cost, "requests"> & { readonly requests: number };
};

/**
 * So many closings, each of all targets, are measured together, and their mean is shown. A row of settled cycles is
 * written with one of them.
 */
const measuredClosings = settlingRules.cyclesPerRow;

/**
 * Measures all designs on one engine: enrolments into one target, and activities that reach each of the customer's
 * targets. The definition is cached. For the last cycle, all earlier ones were reached and closed. The result is
 * deterministic for a table name of the same length, because no time is measured.
 */
export async function measureGrowth({ table, access }: BenchEngine, at: readonly Size[] = sizes): Promise<GrowthRow[]> {
  const itemSizes = createClient(access, patientLimits);
  const meter = new Meter(table.client, itemSizes);
  const designs = [milestreak(localFunctions(table), table), idempotencyRecord(table), itemPerCycle(table)];
  const rows: GrowthRow[] = [];
  for (const { cycles, targets } of at) {
    const place = await newPlace(table, cycles, targets);
    for (const design of designs) rows.push(...(await measureDesign(table, meter, design, place)));
  }
  itemSizes.destroy();
  return rows;
}

/**
 * The first customer's calls keep the definition cached. The other two are measured, the last one with a re-enrolment
 * in the first cycle.
 */
const [warmUp, customer, returning] = [1, 2, 3] as const;

/** A design with the place and the size at which it is measured. */
type Stage = {
  readonly table: Table;
  readonly design: Design;
  readonly place: Place;
  /** The target that is enrolled into. */
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

/** Leaving in the first cycle leaves all later ones too. With an item per cycle, each must be left on its own. */
async function leaveFirstCycle(design: Design, place: Place, targetId: number): Promise<void> {
  const left = design.isFlat ? place.group.cycles.slice(0, 1) : place.group.cycles;
  for (const { number } of left) await design.leave(place, returning, targetId, number);
}

/**
 * A request's record is kept for a day. It is gone when the customer comes back; until then it would say "repeated".
 */
async function expireRecord({ client, name }: Table, { org }: Place, targetId: number): Promise<void> {
  const pk = { S: `IDEMPOTENCY#${org}#${returning}#enroll-${targetId}-1` };
  await client.send(new DeleteItemCommand({ TableName: name, Key: { pk, sk: { S: "IDEMPOTENCY" } } }));
}

async function measureLastCycle(stage: Stage): Promise<GrowthRow[]> {
  const { design, place, measured, row } = stage;
  const last = place.group.cycles.length;
  const closing = await liveUntilLast(stage);
  // The cached definition is months old, so this call loads it again.
  await design.count(place, warmUp, last);
  await design.leave(place, warmUp, measured, last);
  await design.enroll(place, warmUp, measured, last);
  await design.read(place, warmUp, "current", last);
  const activity = await row("activity in the last cycle", () => design.count(place, customer, last));
  const giveBack = () => design.giveBack(place, customer, last);
  const goodsReturn = await row("return into the first cycle, in the last", giveBack);
  const reads = [
    await row("read of the current cycle", () => design.read(place, customer, "current", last)),
    await row("read of all cycles", () => design.read(place, customer, "all", last)),
    await row("read of the enrolled targets", () => design.read(place, customer, "enrolled", last)),
  ];
  const leaving = await row("un-enrolment in the last cycle", () => design.leave(place, customer, measured, last));
  const again = await row("re-enrolment after all cycles", () => design.enroll(place, customer, measured, last));
  return [closing, activity, goodsReturn, ...reads, leaving, again];
}

/** Reaches and closes every cycle but the last. Answers the mean cost of the last closings. */
async function liveUntilLast({ design, place, row }: Stage): Promise<GrowthRow> {
  const last = place.group.cycles.length;
  const firstMeasured = Math.max(1, last - measuredClosings);
  const live = async (number: number) => {
    if (number > 1) await design.count(place, customer, number);
  };
  for (let number = 1; number < firstMeasured; number += 1) {
    await live(number);
    await design.close(place, customer, number);
  }
  const rows: GrowthRow[] = [];
  for (let number = firstMeasured; number < last; number += 1) {
    await live(number);
    rows.push(await row("closing of a cycle", () => design.close(place, customer, number)));
  }
  return meanOf(rows);
}

function meanOf(rows: readonly GrowthRow[]): GrowthRow {
  const [first] = rows;
  if (first === undefined) throw new Error("Nothing was measured");
  const mean = (read: (cost: GrowthRow["cost"]) => number) =>
    Number((rows.reduce((sum, { cost }) => sum + read(cost), 0) / rows.length).toFixed(2));
  const cost = {
    requests: mean(({ requests }) => requests),
    readUnits: mean(({ readUnits }) => readUnits),
    writeUnits: mean(({ writeUnits }) => writeUnits),
    bytes: Math.round(mean(({ bytes }) => bytes)),
  };
  return { ...first, cost };
}
