import { QueryCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { localFunctions } from "../local/functions.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import { createClient, patientLimits, type Table } from "../shared/table/client.ts";
import { closedAtAttribute } from "../shared/table/enrollmentItem.ts";
import { type Design, milestreak } from "./designs.ts";
import { type BenchEngine, withEngine } from "./engine.ts";
import { type Cost, Meter } from "./meter.ts";
import { idempotencyRecord } from "./peers/idempotencyRecord.ts";
import { itemPerCycle } from "./peers/itemPerCycle.ts";
import { during, newCustomer, newPlace, type Place } from "./place.ts";

const cycleCounts = [1, 10, 100] as const;
const targetCounts = [1, 10, 50] as const;

export const operations = [
  "first enrolment",
  "re-enrolment after all cycles",
  "activity in the first cycle",
  "activity in the last cycle",
] as const;
export type Operation = (typeof operations)[number];

/** What one design takes for one operation at one size. */
export type GrowthRow = {
  readonly design: string;
  readonly operation: Operation;
  readonly cycles: number;
  readonly targets: number;
  readonly cost: Cost;
};

/**
 * Measures all designs at all sizes on one engine: enrolments into one target, and activities that reach each of the
 * customer's targets, with the definition cached. In the last cycle, every earlier one has been reached and closed.
 * Deterministic, as no time is measured.
 */
export async function measureGrowth(): Promise<GrowthRow[]> {
  return withEngine(async (engine) => {
    const sizes = createClient(engine.access, patientLimits);
    try {
      return await measureAll(engine, new Meter(engine.table.client, sizes));
    } finally {
      sizes.destroy();
    }
  });
}

async function measureAll({ table }: BenchEngine, meter: Meter): Promise<GrowthRow[]> {
  const designs = [milestreak(localFunctions(table)), idempotencyRecord(table), itemPerCycle(table)];
  const rows: GrowthRow[] = [];
  for (const cycles of cycleCounts) {
    for (const targets of targetCounts) {
      const place = await newPlace(table, cycles, targets);
      for (const design of designs) rows.push(...(await measureDesign(table, meter, design, place)));
    }
  }
  return rows;
}

async function measureDesign(table: Table, meter: Meter, design: Design, place: Place): Promise<GrowthRow[]> {
  const { cycles, targets } = place.group;
  const last = cycles.length;
  const [warmUp, customer] = [1, 2] as const;
  const [measured, ...others] = targets.map(({ id }) => id);
  if (measured === undefined) throw new Error("A group has a target");
  const row = (operation: Operation, cost: Cost): GrowthRow => ({
    design: design.name,
    operation,
    cycles: last,
    targets: targets.length,
    cost,
  });
  await enroll(table, design, place, warmUp, [measured]);
  await design.count(place, warmUp, 1);
  await enroll(table, design, place, customer, others);
  const first = row("first enrolment", await meter.costOf(() => design.enroll(place, customer, measured, 1)));
  const early = row("activity in the first cycle", await meter.costOf(() => design.count(place, customer, 1)));
  if (last === 1) return [first, early];
  for (const { number } of cycles.slice(1, -1)) await design.count(place, customer, number);
  await closeEarlierCycles(table, design, place, customer);
  await design.count(place, warmUp, last);
  await design.leave(place, warmUp, measured, last);
  await design.enroll(place, warmUp, measured, last);
  const late = row("activity in the last cycle", await meter.costOf(() => design.count(place, customer, last)));
  await design.leave(place, customer, measured, last);
  const again = await meter.costOf(() => design.enroll(place, customer, measured, last));
  return [first, early, late, row("re-enrolment after all cycles", again)];
}

async function enroll(
  table: Table,
  design: Design,
  place: Place,
  customerId: number,
  targetIds: readonly number[],
): Promise<void> {
  await newCustomer(table, place, customerId);
  for (const id of targetIds) await design.enroll(place, customerId, id, 1);
}

/** What closing a cycle leaves on a flat enrolment, without the machinery that does it. */
async function closeEarlierCycles(table: Table, design: Design, { org, group }: Place, customerId: number) {
  if (design.flatPartition === undefined) return;
  const earlier = group.cycles.slice(0, -1);
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: {
        ":pk": { S: design.flatPartition(org, customerId) },
        ":prefix": { S: "ENROLLMENT#" },
      },
    }),
  );
  for (const { pk, sk } of Items) {
    if (pk === undefined || sk === undefined) throw new Error("An item has no key");
    await table.client.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: { pk, sk },
        UpdateExpression: `SET ${earlier.map((_, index) => `#${index} = :now`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(
          earlier.map(({ number }, index) => [`#${index}`, closedAtAttribute(number)]),
        ),
        ExpressionAttributeValues: { ":now": { S: formatInstant(during(group.cycles.length)) } },
      }),
    );
  }
}
