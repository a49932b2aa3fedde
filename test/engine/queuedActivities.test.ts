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
      queueMessage("lost text", org, { ...sale(customerId, "f"), attributes: { store: "Jos\ufffd" } }),
      queueMessage("half of a pair", org, `{"activityId":"g","name":"\\ud800"}`),
    ];
    const { batchItemFailures } = await count({ Records });
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      "not JSON",
      "no org",
      "a forged org",
      "another org",
      "a fault",
      "reused",
      "lost text",
      "half of a pair",
    ]);
    expect(await achieved()).toBe(10.5);
  });
});

describe("when an org has a queue of its own", () => {
  const ownQueue = "arn:aws:sqs:eu-west-1:123456789012:own";
  const commonQueue = "arn:aws:sqs:eu-west-1:123456789012:common";

  it("its activities are taken from that queue, whether the message names it or not", async () => {
    const { org, customerId, achieved } = await enrolled();
    const count = countQueuedActivities(createContext(service.table), new Map([[ownQueue, org]]));
    const Records = [
      queueMessage("named", org, sale(customerId, "a"), ownQueue),
      queueMessage("not named", undefined, sale(customerId, "b"), ownQueue),
    ];
    expect(await count({ Records })).toEqual({ batchItemFailures: [] });
    expect(await achieved()).toBe(21);
  });

  it("no other sender can name it, and its own sender can name no other org; neither counts anything", async () => {
    const [victim, attacker] = [await enrolled(), await enrolled()];
    const orgQueues = new Map([
      [ownQueue, victim.org],
      ["arn:aws:sqs:eu-west-1:123456789012:attacker", attacker.org],
    ]);
    const count = countQueuedActivities(createContext(service.table), orgQueues);
    const forged = sale(victim.customerId, "a");
    const Records = [
      queueMessage("by the common queue", victim.org, forged, commonQueue),
      queueMessage("by another org's queue", victim.org, forged, "arn:aws:sqs:eu-west-1:123456789012:attacker"),
      queueMessage("naming another", attacker.org, sale(attacker.customerId, "a"), ownQueue),
    ];
    const { batchItemFailures } = await count({ Records });
    expect(batchItemFailures).toHaveLength(Records.length);
    expect([await victim.achieved(), await attacker.achieved()]).toEqual([0, 0]);
  });

  it("the others' activities are taken from the common queue, by the org that the message names", async () => {
    const { org, customerId, achieved } = await enrolled();
    const count = countQueuedActivities(createContext(service.table), new Map([[ownQueue, "other"]]));
    const Records = [queueMessage("named", org, sale(customerId, "a"), commonQueue)];
    expect(await count({ Records })).toEqual({ batchItemFailures: [] });
    expect(await achieved()).toBe(10.5);
  });
});
