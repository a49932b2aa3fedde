import { randomUUID } from "node:crypto";
import { afterAll, expect, it } from "vitest";
import { recordActivities } from "../../functions/recordActivities/recordActivities.ts";
import type { ApiRequest } from "../../shared/http/apiHandler.ts";
import { createContext } from "../../shared/http/context.ts";
import type { routes } from "../../shared/http/routes.ts";
import type { Table } from "../../shared/table/client.ts";
import { putCustomer } from "../../shared/table/customers.ts";
import { enroll } from "../../shared/table/enrollments.ts";
import { createTargetGroup } from "../../shared/table/targetGroups.ts";
import { buildGroup, noonOf } from "../support/domain.ts";
import { openTestTable } from "../support/service.ts";

const table = openTestTable();
afterAll(() => table.client.destroy());
const now = noonOf(1);
const customerId = 11;

/** A table whose every call finds its patience over. */
const impatient: Table = { ...table, patienceMilliseconds: 0 };

async function brand(): Promise<string> {
  const org = randomUUID();
  await putCustomer(table, org, customerId, { firstName: undefined, lastName: undefined, externalId: undefined }, now);
  const group = await createTargetGroup(table, org, buildGroup());
  if (group === "nameTaken" || group.targets[0] === undefined) throw new Error("A new org has no groups");
  const ref = { org, customerId, groupId: group.id, targetId: group.targets[0].id };
  await enroll(table, ref, { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" } }, now, undefined);
  return org;
}

async function record(through: Table, org: string) {
  const body = ["a-1", "a-2"].map((activityId) => ({
    activityId,
    customerId,
    type: "TRANSACTION",
    occurredAt: new Date(now).toISOString(),
    amount: 10,
  }));
  const request: ApiRequest<typeof routes.recordActivities> = {
    org,
    now,
    headers: {},
    body,
    hasParameterFaults: false,
    parameters: () => ({ path: {}, query: {} }),
    validated: () => {
      throw new Error("Each activity is judged for itself");
    },
  };
  const { data } = await recordActivities(createContext(through))(request);
  return data;
}

it("activities of an array that there is no time to begin are answered 4001, uncounted, and count when sent again", async () => {
  const org = await brand();
  const refused = { data: null, errors: [{ code: 4001, message: expect.stringMatching(/Nothing was changed/) }] };
  expect(await record(impatient, org)).toEqual([expect.objectContaining(refused), expect.objectContaining(refused)]);
  expect(await record(table, org)).toEqual([
    expect.objectContaining({ errors: null, warnings: null }),
    expect.objectContaining({ errors: null, warnings: null }),
  ]);
});
