import { describe, expect, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import type { TestGroup, TestOrg } from "../support/org.ts";
import { recordProgress } from "../support/progress.ts";
import { useService } from "../support/service.ts";
import { during, firstInstantOf, lastInstantOf, milestone } from "../support/targetGroups.ts";

const service = useService();

type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

async function setting(body = milestone()): Promise<Setting> {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  return { org, group, customerId: await org.newCustomer() };
}

/** The achieved values of the covered cycles, by name. */
async function achieved({ org, group, customerId }: Setting, now: string): Promise<Record<string, number>> {
  const state = await org.readState(group, customerId, { now });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

async function reachedAt(
  { org, group, customerId }: Setting,
  cycle: string,
  now: string,
): Promise<string | null | undefined> {
  const state = await org.readState(group, customerId, { now });
  return state?.targets.find(({ periodRefCode }) => periodRefCode === cycle)?.targetAchievedDateTime;
}

describe("membership", () => {
  it("covers the named cycle and every later one, and no earlier one", async () => {
    const one = await setting();
    expectAccepted(
      await one.org.enroll(one.group, { customerId: one.customerId, periodName: "c3" }, { now: during(1) }),
      one.customerId,
    );
    expect(await achieved(one, during(1))).toEqual({ c3: 0, c4: 0, c5: 0 });
  });

  it.each([
    ["at the very start of", firstInstantOf(2)],
    ["in the middle of", during(2)],
    ["at the last instant of", lastInstantOf(2)],
  ])("is the same when enrolled %s the cycle", async (_, now) => {
    const one = await setting();
    expectAccepted(
      await one.org.enroll(one.group, { customerId: one.customerId, periodName: "c2" }, { now }),
      one.customerId,
    );
    expect(await achieved(one, now)).toEqual({ c2: 0, c3: 0, c4: 0, c5: 0 });
  });

  it("starts in a future cycle when that is named: nothing is shown for the current one", async () => {
    const one = await setting();
    expectAccepted(
      await one.org.enroll(one.group, { customerId: one.customerId, periodName: "c4" }, { now: during(1) }),
      one.customerId,
    );
    const shown = await one.org.reader.get(`/users/${one.customerId}/targetGroups`, { now: during(1) });
    expect(shown.body.data).toEqual({ userId: one.customerId, targetGroups: [] });
    const later = await one.org.reader.get(`/users/${one.customerId}/targetGroups`, { now: during(4) });
    expect(later.body.data.targetGroups[0].targets).toHaveLength(1);
  });

  it("of one call covers everything: nine more calls for the later cycles answer 310119", async () => {
    const one = await setting(milestone({ cycles: 10 }));
    expectAccepted(
      await one.org.enroll(one.group, { customerId: one.customerId, periodName: "c1" }, { now: during(1) }),
      one.customerId,
    );
    for (let cycle = 2; cycle <= 10; cycle += 1) {
      const again = await one.org.enroll(
        one.group,
        { customerId: one.customerId, periodName: `c${cycle}` },
        { now: during(1) },
      );
      expectRefused(again, 400, 310119, /^User already enrolled for the target\. /);
    }
  });

  it("of one target leaves the group's other targets alone", async () => {
    const [target] = milestone().targets;
    const one = await setting(milestone({ targets: [target, { ...target, name: "Second" }] }));
    expectAccepted(await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(1) }), one.customerId);
    const state = await one.org.readState(one.group, one.customerId, { now: during(1) });
    expect(new Set(state?.targets.map(({ targetRuleId }) => targetRuleId))).toEqual(new Set([one.group.targetId]));
    const second = { ...one.group, targetId: one.group.targetIds[1] ?? 0 };
    expectAccepted(await one.org.enroll(second, { customerId: one.customerId }, { now: during(1) }), one.customerId);
  });
});

describe("the cycle", () => {
  it.each([
    ["absent", {}],
    ["null", { periodName: null }],
  ])("is the current one when periodName is %s", async (_, fields) => {
    const one = await setting();
    expectAccepted(
      await one.org.enroll(one.group, { customerId: one.customerId, ...fields }, { now: during(3) }),
      one.customerId,
    );
    expect(await achieved(one, during(3))).toEqual({ c3: 0, c4: 0, c5: 0 });
  });

  it("is the nearest upcoming one when none is current", async () => {
    const one = await setting();
    expectAccepted(
      await one.org.enroll(one.group, { customerId: one.customerId }, { now: lastInstantOf(0) }),
      one.customerId,
    );
    expect(Object.keys(await achieved(one, during(1)))).toEqual(["c1", "c2", "c3", "c4", "c5"]);
  });

  it("is the nearest upcoming one in a gap between two cycles", async () => {
    const [first, , third] = milestone().periods;
    const one = await setting(milestone({ periods: [first, third] }));
    expectAccepted(await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(2) }), one.customerId);
    expect(await achieved(one, during(3))).toEqual({ c3: 0 });
  });

  it("cannot be found when all have ended: 310019", async () => {
    const one = await setting();
    const response = await one.org.enroll(one.group, { customerId: one.customerId }, { now: firstInstantOf(6) });
    expectRefused(response, 400, 310019, /^Target period not found\. Every cycle of target group \d+ has ended/);
  });

  it("may still be named at its last instant and is refused with 310019, saying it ended, at the next", async () => {
    const one = await setting();
    const ended = await one.org.enroll(
      one.group,
      { customerId: one.customerId, periodName: "c2" },
      { now: firstInstantOf(3) },
    );
    expectRefused(ended, 400, 310019, /Cycle "c2" of target group \d+ ended at 2030-03-01T00:00:00\.000Z/);
    expect(await one.org.readState(one.group, one.customerId, { now: during(3) })).toBeUndefined();
    const open = await one.org.enroll(
      one.group,
      { customerId: one.customerId, periodName: "c2" },
      { now: lastInstantOf(2) },
    );
    expectAccepted(open, one.customerId);
  });

  it.each(["C1", "c1 ", "c", "", "c6"])("is matched exactly: %j is refused with 310019", async (periodName) => {
    const one = await setting();
    const response = await one.org.enroll(one.group, { customerId: one.customerId, periodName }, { now: during(1) });
    expectRefused(response, 400, 310019, /has no cycle named/);
  });
});

describe("initialBalance", () => {
  it("of 300 against 1000 starts the cycle at 300, with 700 to go and nothing reached", async () => {
    const one = await setting();
    const record = { customerId: one.customerId, periodName: "c2", initialBalance: 300 };
    expectAccepted(await one.org.enroll(one.group, record, { now: during(1) }), one.customerId);
    expect(await achieved(one, during(2))).toEqual({ c2: 300, c3: 0, c4: 0, c5: 0 });
    expect(await reachedAt(one, "c2", during(2))).toBeNull();
  });

  it.each([
    [999, null],
    [1000, during(2)],
    [1001, during(2)],
  ])("of %d against 1000 has the reached mark %s", async (initialBalance, mark) => {
    const one = await setting();
    await one.org.enroll(one.group, { customerId: one.customerId, initialBalance }, { now: during(2) });
    expect(await achieved(one, during(2))).toMatchObject({ c2: initialBalance });
    expect(await reachedAt(one, "c2", during(2))).toBe(mark);
  });

  it("is compared with the named cycle's own target value", async () => {
    const [target] = milestone().targets;
    const defaultValues = [1000, 200, 1000, 1000, 1000].map((defaultValue) => ({ defaultValue }));
    const one = await setting(milestone({ targets: [{ ...target, defaultValues }] }));
    await one.org.enroll(one.group, { customerId: one.customerId, initialBalance: 200 }, { now: during(2) });
    expect(await reachedAt(one, "c2", during(2))).toBe(during(2));
  });

  it("may be the largest safe integer, which is kept exactly", async () => {
    const one = await setting();
    await one.org.enroll(
      one.group,
      { customerId: one.customerId, initialBalance: Number.MAX_SAFE_INTEGER },
      { now: during(1) },
    );
    expect(await achieved(one, during(1))).toMatchObject({ c1: Number.MAX_SAFE_INTEGER });
  });
});

describe("re-enrolment into the same cycle after leaving with 250", () => {
  it.each([
    ["0", { initialBalance: 0 }, 0],
    ["150", { initialBalance: 150 }, 150],
    ["null", { initialBalance: null }, 250],
    ["absent", {}, 250],
  ])("with initialBalance %s starts from it", async (_, fields, expected) => {
    const one = await setting();
    await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(2, 5) });
    await recordProgress(service.table, { ...one, cycles: { 2: "250" }, now: during(2, 6) });
    expectAccepted(await one.org.unenroll(one.group, one.customerId, { now: during(2, 10) }), one.customerId);
    const again = await one.org.enroll(
      one.group,
      { customerId: one.customerId, periodName: "c2", ...fields },
      { now: during(2, 20) },
    );
    expectAccepted(again, one.customerId);
    expect(await achieved(one, during(2, 20))).toEqual({ c2: expected, c3: 0, c4: 0, c5: 0 });
  });

  it.each([
    ["a number below the target takes the reached mark away", { initialBalance: 999 }, null],
    ["a number at the target sets it anew", { initialBalance: 1000 }, during(2, 20)],
    ["null keeps it", { initialBalance: null }, during(2, 6)],
    ["absence keeps it", {}, during(2, 6)],
  ])("with a reached cycle: %s", async (_, fields, expected) => {
    const one = await setting();
    await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(2, 5) });
    await recordProgress(service.table, { ...one, cycles: { 2: "1200" }, reached: [2], now: during(2, 6) });
    await one.org.unenroll(one.group, one.customerId, { now: during(2, 10) });
    await one.org.enroll(one.group, { customerId: one.customerId, ...fields }, { now: during(2, 20) });
    expect(await reachedAt(one, "c2", during(2, 20))).toBe(expected);
  });
});

describe("re-enrolment into another cycle", () => {
  it("with null resumes what that cycle had", async () => {
    const one = await setting();
    await one.org.enroll(
      one.group,
      { customerId: one.customerId, periodName: "c3", initialBalance: 70 },
      { now: during(1) },
    );
    await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    await one.org.enroll(one.group, { customerId: one.customerId, periodName: "c2" }, { now: during(1) });
    expect(await achieved(one, during(2))).toEqual({ c2: 0, c3: 70, c4: 0, c5: 0 });
    await one.org.unenroll(one.group, one.customerId, { now: during(2) });
    await one.org.enroll(
      one.group,
      { customerId: one.customerId, periodName: "c3", initialBalance: null },
      { now: during(2) },
    );
    expect(await achieved(one, during(3))).toEqual({ c3: 70, c4: 0, c5: 0 });
  });

  it("with a number changes that cycle only, and keeps what other cycles earned", async () => {
    const one = await setting();
    await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(1) });
    await recordProgress(service.table, { ...one, cycles: { 1: "400", 2: "50" }, now: during(2) });
    await one.org.unenroll(one.group, one.customerId, { now: during(2) });
    await one.org.enroll(
      one.group,
      { customerId: one.customerId, periodName: "c3", initialBalance: 150 },
      { now: during(2) },
    );
    await one.org.unenroll(one.group, one.customerId, { now: during(2) });
    await one.org.enroll(one.group, { customerId: one.customerId, periodName: "c2" }, { now: during(2) });
    expect(await achieved(one, during(2))).toEqual({ c2: 50, c3: 150, c4: 0, c5: 0 });
  });
});

describe("refuses with 310119", () => {
  it.each(["c1", "c2", "c5", undefined])(
    "when the customer is enrolled from c2 on and the call names %s",
    async (periodName) => {
      const one = await setting();
      await one.org.enroll(
        one.group,
        { customerId: one.customerId, periodName: "c2", initialBalance: 20 },
        { now: during(1) },
      );
      const again = await one.org.enroll(
        one.group,
        { customerId: one.customerId, periodName, initialBalance: 90 },
        { now: during(1) },
      );
      expectRefused(again, 400, 310119, /un-enrol first/);
      expect(await achieved(one, during(2))).toEqual({ c2: 20, c3: 0, c4: 0, c5: 0 });
    },
  );
});

describe("fields of a streak", () => {
  it("resetStreakStatus false is silently fine, as the published sample sends it", async () => {
    const one = await setting();
    const record = { customerId: one.customerId, periodName: "c1", initialBalance: 100, resetStreakStatus: false };
    expectAccepted(await one.org.enroll(one.group, record, { now: during(1) }), one.customerId);
  });

  it("resetStreakStatus true is ignored with a warning", async () => {
    const one = await setting();
    await one.org.enroll(one.group, { customerId: one.customerId, initialBalance: 100 }, { now: during(1) });
    await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    const again = await one.org.enroll(
      one.group,
      { customerId: one.customerId, resetStreakStatus: true },
      { now: during(1) },
    );
    expectAccepted(again, one.customerId, [/^resetStreakStatus was ignored/]);
    expect(await achieved(one, during(1))).toMatchObject({ c1: 100 });
  });
});
