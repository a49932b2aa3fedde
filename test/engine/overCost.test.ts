import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putAll } from "../../bench/copies.ts";
import { type Cost, Meter } from "../../bench/meter.ts";
import { createTableIfMissing } from "../../local/createTable.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { customerPartition, setAsideKey, setAsidePrefix } from "../../shared/table/keys.ts";
import { queryAll } from "../../shared/table/store.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { OverLife } from "../support/overLife.ts";
import { report } from "../support/seeds.ts";

const access = { tableName: `milestreak-${randomUUID()}`, endpoint: engineEndpoint(), ...localAccess };
const table = openTable(access, patientLimits);
const metered = openTable(access, patientLimits);
const meter = new Meter(metered.client, table.client);
beforeAll(() => createTableIfMissing(table, { isStreamed: false }));
afterAll(() => {
  for (const each of [table, metered]) each.close();
});

/** The cost in a process that has counted before, so that it has the definitions. */
async function costOfActivity(life: OverLife): Promise<Cost> {
  const now = life.afterwards;
  const cache = new TargetGroupCache(metered);
  await life.count({ activityId: "earlier", occurredAt: now }, now, metered, cache);
  return meter.costOf(() => life.count({ activityId: "measured", occurredAt: now }, now, metered, cache));
}

/** Gives the customer as many enrolments again, so many times, as if of other groups that are over. */
async function copySetAside({ org, customerId, current }: OverLife, times: number): Promise<void> {
  const partition = customerPartition(org, customerId);
  const items = await queryAll(table, { partition, sortKeyPrefix: setAsidePrefix });
  const copies = Array.from({ length: times }, (_, index) =>
    items.map((item, place) => ({ ...item, ...setAsideKey(org, customerId, current.id + 1 + index, 1_000 + place) })),
  );
  await putAll(table, copies.flat());
}

describe("an activity of a customer with 300 enrolments that are over", () => {
  it("takes at most 1.2 of the units and bytes that it takes of a customer with none", async () => {
    const [with300, withNone] = [await OverLife.begin(table, 50), await OverLife.begin(table, 0)];
    await with300.setAside();
    await copySetAside(with300, 5);
    expect(await with300.places()).toMatchObject({ stay: [with300.current.id], aside: { length: 300 } });
    const [costly, plain] = [await costOfActivity(with300), await costOfActivity(withNone)];
    report(`Of 300 enrolments that are over and of none: ${JSON.stringify([costly, plain])}`);
    expect(costly.requests).toEqual(plain.requests);
    expect(costly.readUnits + costly.writeUnits).toBeLessThanOrEqual(1.2 * (plain.readUnits + plain.writeUnits));
    expect(costly.bytes).toBeLessThanOrEqual(1.2 * plain.bytes);
  }, 300_000);
});
