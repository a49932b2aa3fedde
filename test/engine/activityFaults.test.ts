import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { decideEnrollment } from "../../shared/domain/enrolling.ts";
import { findAutomaticTargets } from "../../shared/operations/automaticTargets.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { putCustomer } from "../../shared/operations/putCustomer.ts";
import { type IncomingActivity, recordActivity } from "../../shared/operations/recordActivity.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import type { Table } from "../../shared/table/client.ts";
import { findEnrollment } from "../../shared/table/enrollments.ts";
import { buildActivity, buildGroup, decimal, noonOf, startOfCycle } from "../support/domain.ts";
import { enroll } from "../support/membership.ts";
import { openTestTable } from "../support/service.ts";

const table = openTestTable();
afterAll(() => table.close());

const now = noonOf(1);
const customerId = 11;

class ProcessKilled extends Error {}

/**
 * A table whose process dies at its n-th request, before the request is sent or after the engine has carried it out.
 */
function dyingTable(request: number, moment: "before" | "after"): Table {
  const dying = openTestTable();
  let count = 0;
  dying.client.middlewareStack.add(
    (next) => async (args) => {
      count += 1;
      if (count === request && moment === "before") throw new ProcessKilled();
      const result = await next(args);
      if (count >= request) throw new ProcessKilled();
      return result;
    },
    { step: "initialize", name: "die" },
  );
  return dying;
}

async function newEnrollment() {
  const org = randomUUID();
  const group = await createTargetGroup(table, org, buildGroup(), startOfCycle(1));
  if (typeof group === "string" || group.targets[0] === undefined) throw new Error("A new org has no groups");
  const [target] = group.targets;
  const ref = { org, customerId, groupId: group.id, targetId: target.id };
  await putCustomer(table, org, customerId, { firstName: undefined, lastName: undefined, externalId: undefined }, now);
  const plan = decideEnrollment(
    group,
    target,
    { cycleName: undefined, openingBalance: undefined, resetsStreak: false },
    now,
  );
  if (plan.outcome === "refused") throw new Error(plan.detail);
  await enroll(table, ref, plan, now, undefined);
  return ref;
}

const activity: IncomingActivity = { ...buildActivity({ amount: decimal(100) }), contentDigest: "digest" };

describe("a process killed while it counts an activity", () => {
  it.each([
    [1, "before", 0],
    [1, "after", 0],
    [2, "before", 0],
    [2, "after", 0],
    [3, "before", 0],
    [3, "after", 0],
    [4, "before", 0],
    [4, "after", 100],
  ] as const)(
    "at request %d, %s it, leaves %d counted, and the redelivery makes it 100 once",
    async (request, moment, left) => {
      const ref = await newEnrollment();
      const dying = dyingTable(request, moment);
      await expect(recordActivity(dying, new TargetGroupCache(dying), ref.org, activity, now)).rejects.toThrow(
        ProcessKilled,
      );
      dying.close();
      const after = await findEnrollment(table, ref);
      expect([after?.achieved.get(1), after?.reachedAt.has(1)]).toEqual([decimal(left), left === 100]);
      const result = await recordActivity(table, new TargetGroupCache(table), ref.org, activity, now);
      expect(result.outcome).toBe(left === 100 ? "repeated" : "recorded");
      expect((await findEnrollment(table, ref))?.achieved.get(1)).toBe(decimal(100));
    },
  );
});

it("a list of automatic targets that one call cannot read fails no other call", async () => {
  const org = randomUUID();
  const targetGroups = new TargetGroupCache(table);
  const dying = dyingTable(1, "before");
  const [failed, found] = await Promise.allSettled([
    findAutomaticTargets(dying, targetGroups, org, now),
    findAutomaticTargets(table, targetGroups, org, now),
  ]);
  dying.close();
  expect([failed.status, found.status]).toEqual(["rejected", "fulfilled"]);
});
