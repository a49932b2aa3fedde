import { describe, expect, it } from "vitest";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { createContext } from "../../shared/operations/context.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { useService } from "../support/service.ts";
import { during, firstInstantOf } from "../support/targetGroups.ts";

const service = useService();

async function enrolled() {
  const org = await service.newOrg();
  const group = await org.createGroup();
  const customerId = await org.newCustomer();
  await org.enroll(group, { customerId }, { now: firstInstantOf(1) });
  const achieved = async () =>
    (await org.readState(group, customerId, { now: during(1) }))?.targets[0]?.targetAchievedValue;
  return { org: org.org, customerId, achieved };
}

function sale(customerId: number, activityId: string) {
  return { activityId, customerId, type: "TRANSACTION", occurredAt: during(1), amount: 10.5 };
}

describe("queued activities", () => {
  it("count as those that come over HTTP do, and once however often the queue delivers them", async () => {
    const { org, customerId, achieved } = await enrolled();
    const count = countQueuedActivities(createContext(service.table));
    const Records = [queueMessage("1", org, sale(customerId, "a")), queueMessage("2", org, sale(customerId, "b"))];
    expect(await count({ Records })).toEqual({ batchItemFailures: [] });
    expect(await count({ Records: [...Records, ...Records] })).toEqual({ batchItemFailures: [] });
    expect(await achieved()).toBe(21);
  });

  it("that cannot be counted are given back, each alone; the others count", async () => {
    const { org, customerId, achieved } = await enrolled();
    const count = countQueuedActivities(createContext(service.table));
    const Records = [
      queueMessage("not JSON", org, "{"),
      queueMessage("no org", undefined, sale(customerId, "a")),
      queueMessage("a forged org", `${org}#CUSTOMER`, sale(customerId, "b")),
      queueMessage("another org", "other", sale(customerId, "c")),
      queueMessage("a fault", org, { ...sale(customerId, "d"), amount: -1 }),
      queueMessage("good", org, sale(customerId, "e")),
      queueMessage("reused", org, { ...sale(customerId, "e"), amount: 1 }),
    ];
    const { batchItemFailures } = await count({ Records });
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      "not JSON",
      "no org",
      "a forged org",
      "another org",
      "a fault",
      "reused",
    ]);
    expect(await achieved()).toBe(10.5);
  });
});
