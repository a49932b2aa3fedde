import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cost, Meter } from "../../bench/meter.ts";
import { createTableIfMissing } from "../../local/createTable.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { newGroup, OverLife } from "../support/overLife.ts";
import { report } from "../support/seeds.ts";

const access = { tableName: `milestreak-${randomUUID()}`, endpoint: engineEndpoint(), ...localAccess };
const table = openTable(access, patientLimits);
const metered = openTable(access, patientLimits);
const meter = new Meter(metered.client, table.client);
beforeAll(() => createTableIfMissing(table));
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

describe("an activity of a customer with 300 enrolments that are over", () => {
  it("takes at most 1.2 of the units and bytes that it takes of a customer with none", async () => {
    const [with300, withNone] = [await OverLife.begin(table, 50), await OverLife.begin(table, 0)];
    await with300.setAside();
    for (let more = 1; more < 6; more += 1) {
      const group = await newGroup(table, with300.org, 2, 50);
      await with300.enrollIn(group);
      await with300.setAside(table, group);
    }
    expect(await with300.places()).toMatchObject({ stay: [with300.current.id], aside: { length: 300 } });
    const [costly, plain] = [await costOfActivity(with300), await costOfActivity(withNone)];
    report(`Of 300 enrolments that are over and of none: ${JSON.stringify([costly, plain])}`);
    expect(costly.requests).toEqual(plain.requests);
    expect(costly.readUnits + costly.writeUnits).toBeLessThanOrEqual(1.2 * (plain.readUnits + plain.writeUnits));
    expect(costly.bytes).toBeLessThanOrEqual(1.2 * plain.bytes);
  }, 300_000);
});
