import { describe, expect, it } from "vitest";
import { EventLog } from "../../local/eventLog.ts";
import { enrollmentNotification } from "../../shared/domain/notifications.ts";
import { buildGroup, buildTarget, noonOf } from "../support/domain.ts";
import { expectRefused } from "../support/envelopes.ts";
import { send } from "../support/history.ts";
import { byTest } from "../support/membership.ts";
import { ok } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { parsed, sendRaw } from "../support/rawHttp.ts";
import { useService } from "../support/service.ts";
import { newSetting } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";

const service = useProjectedService();
const withoutPages = useService();

describe("GET /local/events", () => {
  it("answers a customer's events in order and in the bus's form, without a credential", async () => {
    const { org, group, customerId } = await newSetting(service);
    await ok(org.enroll(group, { customerId, initialBalance: 900 }, { now: during(1, 1) }));
    const activityId = await send(org.till, { customerId, occurredAt: during(1, 2), amount: 100.5 });
    const about = {
      org: org.org,
      customerId,
      targetGroupId: group.groupId,
      targetRuleId: group.targetId,
      targetName: "Spend 1000",
      trackingType: "DEFAULT",
      periodId: group.cycleIds[0],
      periodRefCode: "c1",
      targetValue: 1000,
    };
    expect(await service.events(customerId)).toMatchObject([
      {
        source: "milestreak",
        "detail-type": "targetCustomerEnrolment",
        detail: { ...about, targetAchievedValue: 900, occurredAt: during(1, 1) },
      },
      {
        "detail-type": "targetAchievedValueUpdated",
        detail: { ...about, activityId, oldTargetAchievedValue: 900, newTargetAchievedValue: 1000.5 },
      },
      {
        "detail-type": "targetValueAchieved",
        detail: { ...about, activityId, targetAchievedValue: 1000.5, rewardAllocation: "IMMEDIATE" },
      },
    ]);
  });

  it("answers the events of all customers when none is named, each under an id of its own", async () => {
    const { org, group, customerId } = await newSetting(service);
    const other = await org.newCustomer();
    for (const one of [customerId, other]) await ok(org.enroll(group, { customerId: one }, { now: during(1) }));
    const events = await service.events();
    const customers = new Set(events.map(({ detail }) => detail["customerId"]));
    expect([...customers]).toEqual(expect.arrayContaining([customerId, other]));
    expect(new Set(events.map(({ detail }) => detail.eventId)).size).toBe(events.length);
  });

  it("refuses an invalid customerId with 300004", async () => {
    const { origin } = new URL(service.baseUrl);
    const response = await sendRaw(origin, { method: "GET", path: "/local/events?customerId=x" });
    expectRefused(parsed(response), 400, 300004, /customerId/);
  });

  it("exists only at that path, and only with a projector; otherwise the answer is 404", async () => {
    for (const [baseUrl, path] of [
      [service.baseUrl, "/v3/local/events"],
      [withoutPages.baseUrl, "/local/events"],
    ] as const) {
      const response = await sendRaw(new URL(baseUrl).origin, { method: "GET", path });
      expectRefused(parsed(response), 404, 404);
    }
  });
});

function notification(revision: number) {
  const group = buildGroup();
  const [cycle] = group.cycles;
  const content = { type: "targetCustomerUnEnrolment", detail: { cycle, streakValue: undefined } } as const;
  const subject = { org: "100", customerId: 11, group, target: buildTarget() };
  return enrollmentNotification(subject, { ...byTest, revision, at: noonOf(1), index: 0 }, content);
}

describe("the log of events", () => {
  it("keeps the latest thousand, and prints a line for each", async () => {
    const lines: string[] = [];
    const log = new EventLog((line) => lines.push(line));
    await log.publish(Array.from({ length: 999 }, (_, index) => notification(index)));
    await log.publish([notification(999)]);
    expect(log.list()).toHaveLength(1000);
    await log.publish([notification(1000)]);
    expect(log.list()).toHaveLength(1000);
    expect(log.list()[0]?.detail.eventId).toBe(notification(1).eventId);
    expect(lines).toHaveLength(1001);
    expect(lines[0]).toBe(
      `Event targetCustomerUnEnrolment: customer 11, target 7 (Target), ${notification(0).eventId}`,
    );
  });
});
