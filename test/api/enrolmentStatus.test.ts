import { describe, expect, it } from "vitest";
import { nameKey } from "../../shared/table/keys.ts";
import { putUnlessThere } from "../../shared/table/store.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during, firstInstantOf, lastInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

async function read(org: TestOrg, customerId: number, status: string, now: string, more = "") {
  const path = `/users/${customerId}/targetGroups?enrolmentStatus=${status}${more}`;
  return (await ok(org.reader.get(path, { now }))).body;
}

type Available = { readonly targetRuleId: number; readonly canEnrolFrom: { readonly refCode: string } };

/** The cycles that the customer can enrol from, by target. */
async function available(org: TestOrg, customerId: number, now: string, more = ""): Promise<[number, string][]> {
  const { data } = await read(org, customerId, "AVAILABLE", now, more);
  expect(data.targetGroups).toEqual([]);
  return data.availableTargets.map(({ targetRuleId, canEnrolFrom }: Available) => [targetRuleId, canEnrolFrom.refCode]);
}

async function groupIds(org: TestOrg, customerId: number, status: string, now: string, more = ""): Promise<number[]> {
  const { data } = await read(org, customerId, status, now, more);
  return data.targetGroups.map(({ id }: { readonly id: number }) => id);
}

async function enrolled(group: TestGroup, org: TestOrg, now = during(1)): Promise<number> {
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now }));
  return customerId;
}

function justBefore(now: string): string {
  return new Date(Date.parse(now) - 1).toISOString();
}

describe("enrolmentStatus=AVAILABLE", () => {
  it("lists each target of an active group with the cycle that an enrolment now would start in", async () => {
    const org = await service.newOrg();
    const [group, customerId] = [await org.createGroup(milestone({ cycles: 2 })), await org.newCustomer()];
    const { data } = await read(org, customerId, "AVAILABLE", during(1));
    const [target] = milestone().targets;
    expect(data).toEqual({
      userId: customerId,
      targetGroups: [],
      availableTargets: [
        {
          targetGroupId: group.groupId,
          targetGroupName: expect.stringMatching("Milestone"),
          trackingType: "DEFAULT",
          targetRuleId: group.targetId,
          targetName: target?.["name"],
          canEnrolFrom: { id: group.cycleIds[0], refCode: "c1" },
        },
      ],
    });
  });

  it("names the current cycle, else the next one, and lists nothing after the last cycle", async () => {
    const org = await service.newOrg();
    const gap = milestone({ cycles: 3 });
    const group = await org.createGroup({ ...gap, periods: gap.periods.filter((_, index) => index !== 1) });
    const customerId = await org.newCustomer();
    const at = (now: string) => available(org, customerId, now);
    const from = (refCode: string) => [[group.targetId, refCode]];
    expect(await at("2029-12-31T23:59:59.999Z")).toEqual(from("c1"));
    expect(await at(lastInstantOf(1))).toEqual(from("c1"));
    expect(await at(firstInstantOf(2))).toEqual(from("c3"));
    expect(await at(lastInstantOf(3))).toEqual(from("c3"));
    expect(await at(firstInstantOf(4))).toEqual([]);
  });

  it("leaves out what the customer is in, and lists what the customer has left", async () => {
    const org = await service.newOrg();
    const [group, other] = [await org.createGroup(milestone()), await org.createGroup(streak())];
    const customerId = await enrolled(group, org);
    expect(await available(org, customerId, during(1))).toEqual([[other.targetId, "c1"]]);
    await ok(org.unenroll(group, customerId, { now: during(2) }));
    const both = [
      [group.targetId, "c2"],
      [other.targetId, "c2"],
    ];
    expect(await available(org, customerId, during(2))).toEqual(both);
    expect(await available(org, customerId, during(2), `&targetRuleId=${other.targetId}`)).toEqual([both[1]]);
  });

  it("leaves out a group whose window is not open, and one that is inactive, and an inactive target", async () => {
    const org = await service.newOrg();
    const window = { enrolmentStartDate: during(1), enrolmentEndDate: during(2) };
    const group = await org.createGroup(milestone(window));
    await org.createGroup(milestone({ active: false }));
    const stopped = await org.createGroup(milestone());
    await ok(org.admin.send("DELETE", `/targetGroups/${stopped.groupId}/targets/${stopped.targetId}`, undefined));
    const customerId = await org.newCustomer();
    const found = [justBefore(during(1)), during(1), justBefore(during(2)), during(2)];
    const lists = await Promise.all(found.map((now) => available(org, customerId, now)));
    expect(lists).toEqual([[], [[group.targetId, "c1"]], [[group.targetId, "c2"]], []]);
  });

  it("lists nothing of another brand, and is refused with 310011 for a customer who is not registered", async () => {
    const [org, other] = [await service.newOrg(), await service.newOrg()];
    await other.createGroup();
    expect(await available(org, await org.newCustomer(), during(1))).toEqual([]);
    const path = "/users/999999999/targetGroups?enrolmentStatus=AVAILABLE";
    expectRefused(await org.reader.get(path, { now: during(1) }), 400, 310011);
  });
});

describe("enrolmentStatus=LEFT", () => {
  it("lists what was left with the value that a return would resume, and nothing that the customer is in", async () => {
    const org = await service.newOrg();
    const [group, other] = [await org.createGroup(), await org.createGroup()];
    const customerId = await enrolled(other, org);
    await ok(org.enroll(group, { customerId, initialBalance: 250 }, { now: during(1) }));
    await ok(org.unenroll(group, customerId, { now: during(1) }));
    const { data } = await read(org, customerId, "LEFT", during(1));
    expect(data.targetGroups).toEqual([]);
    expect(data.leftTargets).toMatchObject([{ targetRuleId: group.targetId, targetAchievedValue: 250 }]);
    expect(data.leftTargets).toHaveLength(1);
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    expect((await read(org, customerId, "LEFT", during(1))).data.leftTargets).toEqual([]);
  });
});

describe("enrolmentStatus=COMPLETED", () => {
  it("lists a group with all covered cycles once the last one has ended, and not a millisecond before", async () => {
    const org = await service.newOrg();
    const [group, longer] = [await org.createGroup(milestone({ cycles: 2 })), await org.createGroup(milestone())];
    const customerId = await enrolled(group, org, during(2));
    await ok(org.enroll(longer, { customerId }, { now: during(2) }));
    expect(await groupIds(org, customerId, "COMPLETED", lastInstantOf(2))).toEqual([]);
    const { data } = await read(org, customerId, "COMPLETED", firstInstantOf(3));
    expect(data.targetGroups).toMatchObject([{ id: group.groupId, targets: [{ periodRefCode: "c2" }] }]);
    expect(data.targetGroups[0].targets).toHaveLength(1);
    expect(data).not.toHaveProperty("leftTargets");
  });

  it("leaves out a group that the customer has left", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ cycles: 1 }));
    const customerId = await enrolled(group, org);
    await ok(org.unenroll(group, customerId, { now: during(1) }));
    expect(await groupIds(org, customerId, "COMPLETED", during(2))).toEqual([]);
  });
});

describe("enrolmentStatus=ENROLLED", () => {
  it("answers what no status answers", async () => {
    const org = await service.newOrg();
    const [group, left] = [await org.createGroup(), await org.createGroup()];
    const customerId = await enrolled(group, org);
    await ok(org.enroll(left, { customerId }, { now: during(1) }));
    await ok(org.unenroll(left, customerId, { now: during(1) }));
    const plain = await ok(org.reader.get(`/users/${customerId}/targetGroups`, { now: during(1) }));
    expect(await read(org, customerId, "ENROLLED", during(1))).toEqual(plain.body);
  });

  it("is refused with 300004 when it is none of the four", async () => {
    const org = await service.newOrg();
    const response = await org.reader.get(`/users/${await org.newCustomer()}/targetGroups?enrolmentStatus=enrolled`);
    expectRefused(
      response,
      400,
      300004,
      /enrolmentStatus in the query must be ENROLLED or AVAILABLE or LEFT or COMPLETED/,
    );
  });
});

describe("a brand with very many groups", () => {
  it("is answered by those created last, with a warning", async () => {
    const org = await service.newOrg();
    const customerId = await org.newCustomer();
    const [first, last] = [await org.createGroup(), await org.createGroup()];
    // Names of groups that are gone stand for others, as in the moment of a deletion.
    const others = Array.from({ length: 199 }, (_, index) => ({
      ...nameKey(org.org, `n${index}`),
      groupId: 100 + index,
    }));
    await Promise.all(others.map((item) => putUnlessThere(service.table, item)));
    const { data, warnings } = await read(org, customerId, "AVAILABLE", during(1));
    expect(data.availableTargets).toMatchObject([{ targetRuleId: last.targetId }]);
    expect(warnings).toEqual([{ message: expect.stringMatching("created last") }]);
    expect(first.groupId).toBeLessThan(last.groupId);
  });
});
