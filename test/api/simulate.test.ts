import { describe, expect, it } from "vitest";
import type { RequestOptions } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const now = during(1);
const nothingWritten = { message: "Nothing was written: this is a simulation." };

function tryEnroll({ reader }: TestOrg, group: TestGroup, record: unknown, options: RequestOptions = {}) {
  return reader.post(`${targetPath(group)}/enroll/simulate`, [record], { now, ...options });
}

function tryUnenroll({ reader }: TestOrg, group: TestGroup, customerId: number, options: RequestOptions = {}) {
  return reader.post(`${targetPath(group)}/unEnroll/simulate`, [{ customerId }], { now, ...options });
}

function tryActivity({ reader }: TestOrg, body: unknown, options: RequestOptions = {}) {
  return reader.post("/activities/simulate", body, { now, ...options });
}

const purchase = ({ customerId }: Setting, activityId = "a", amount = 100) => ({
  activityId,
  customerId,
  type: "TRANSACTION",
  occurredAt: now,
  amount,
});

/** The body of an answer without the sentence that only a simulation has. */
function asReal({ data, errors, warnings }: { data: unknown; errors: unknown; warnings: readonly unknown[] | null }) {
  const [first, ...others] = warnings ?? [];
  expect(first).toEqual(nothingWritten);
  return { data, errors, warnings: others.length === 0 ? null : others };
}

describe("a simulated enrolment sends no write to the engine and says what would be written", () => {
  it.each([
    [{}, { periodName: "c1", targetAchievedValueAfter: 0, reached: false, coveredPeriods: 5 }],
    [{ initialBalance: 999 }, { periodName: "c1", targetAchievedValueAfter: 999, reached: false, coveredPeriods: 5 }],
    [
      { periodName: "c4", initialBalance: 1000 },
      { periodName: "c4", targetAchievedValueAfter: 1000, reached: true, coveredPeriods: 2 },
    ],
  ])("for a new customer: %j", async (record, simulation) => {
    const { org, group, customerId } = await newSetting(service);
    const { body } = await withoutWriting(service, () => ok(tryEnroll(org, group, { customerId, ...record })));
    expect(body).toEqual({ data: customerId, errors: null, warnings: [nothingWritten], simulation });
    expect(await org.readState(group, customerId, { now })).toBeUndefined();
  });

  it("for one who comes back: the value that is resumed, and whether the cycle is reached", async () => {
    const one = await newSetting(service);
    const { org, group, customerId } = one;
    await ok(org.enroll(group, { customerId }, { now }));
    await ok(org.till.post("/activities", purchase(one, "a", 1200), { now }));
    await ok(org.unenroll(group, customerId, { now }));
    const { body } = await withoutWriting(service, () => ok(tryEnroll(org, group, { customerId })));
    expect(body).toMatchObject({ simulation: { targetAchievedValueAfter: 1200, reached: true } });
    const replaced = await withoutWriting(service, () => ok(tryEnroll(org, group, { customerId, initialBalance: 7 })));
    expect(replaced.body).toMatchObject({ simulation: { targetAchievedValueAfter: 7, reached: false } });
  });

  it("for a streak that starts anew: 0", async () => {
    const one = await newSetting(service, streak());
    const { org, group, customerId } = one;
    await ok(org.enroll(group, { customerId }, { now }));
    await ok(org.till.post("/activities", purchase(one, "a", 1200), { now }));
    await ok(org.unenroll(group, customerId, { now }));
    const { body } = await ok(tryEnroll(org, group, { customerId, resetStreakStatus: true }));
    expect(body).toMatchObject({ simulation: { targetAchievedValueAfter: 0, reached: false, coveredPeriods: 12 } });
  });

  it("and the real one then writes exactly that", async () => {
    const { org, group, customerId } = await newSetting(service);
    const record = { customerId, periodName: "c2", initialBalance: 300, nmae: "x" };
    const tried = (await ok(tryEnroll(org, group, record))).body;
    const real = (await ok(org.enroll(group, record, { now }))).body;
    expect(asReal(tried)).toEqual(real);
    const state = await org.readState(group, customerId, { now });
    expect(state?.targets).toHaveLength(4);
    expect(state?.targets[0]).toMatchObject({ periodRefCode: "c2", targetAchievedValue: 300 });
  });

  it("sees a cycle that was appended a moment ago, although other processes have cached the group", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await ok(tryEnroll(org, group, { customerId }));
    const added = [{ refCode: "c2", startDate: firstInstantOf(2), endDate: firstInstantOf(3) }];
    await ok(org.admin.post(`/targetGroups/${group.groupId}/targetPeriods`, added, { now }));
    const { body } = await ok(tryEnroll(org, group, { customerId }));
    expect(body).toMatchObject({ simulation: { coveredPeriods: 2 } });
  });

  it("ignores an Idempotency-Key with a warning, whether it was used or is none", async () => {
    const { org, group, customerId } = await newSetting(service);
    await ok(org.enroll(group, { customerId }, { now, headers: { "Idempotency-Key": "k" } }));
    await ok(org.unenroll(group, customerId, { now }));
    for (const key of ["k", "no key", "x".repeat(256)]) {
      const headers = { "Idempotency-Key": key };
      const { body } = await ok(tryEnroll(org, group, { customerId }, { headers }));
      expect(body.warnings).toEqual([
        nothingWritten,
        { message: expect.stringMatching(/^The header Idempotency-Key/) },
      ]);
    }
  });
});

describe("a simulation is refused as the real call would be, and sends no write", () => {
  it.each([
    ["300004", { initialBalance: -1 }, /initialBalance must be >= 0/, 300004],
    ["310019", { periodName: "none" }, /no cycle named "none"/, 310019],
  ])("an enrolment with %s", async (_, record, message, code) => {
    const { org, group, customerId } = await newSetting(service);
    const call = () => tryEnroll(org, group, { customerId, ...record });
    expectRefused(await withoutWriting(service, call), 400, code, message);
  });

  it("an enrolment with 310119 when the customer is in any cycle, and with 310011 when there is no such customer", async () => {
    const { org, group, customerId } = await newSetting(service);
    await ok(org.enroll(group, { customerId, periodName: "c3" }, { now }));
    const real = await org.enroll(group, { customerId }, { now });
    const tried = await withoutWriting(service, () => tryEnroll(org, group, { customerId }));
    expect([tried.status, tried.body]).toEqual([real.status, real.body]);
    expectRefused(await tryEnroll(org, group, { customerId: 99_999_999 }), 400, 310011);
  });

  it("an un-enrolment with 310126 when the customer is not enrolled", async () => {
    const { org, group, customerId } = await newSetting(service);
    const tried = await withoutWriting(service, () => tryUnenroll(org, group, customerId));
    const real = await org.unenroll(group, customerId, { now });
    expect([tried.status, tried.body]).toEqual([real.status, real.body]);
    expectRefused(tried, 400, 310126);
  });

  it("an activity with 422 when its id was used for other content", async () => {
    const one = await newSetting(service);
    await ok(one.org.till.post("/activities", purchase(one, "a", 1), { now }));
    const call = () => tryActivity(one.org, purchase(one, "a", 2));
    expectRefused(await withoutWriting(service, call), 422, 300004, /delivered before with other content/);
  });
});

it("a simulated un-enrolment sends no write, and the customer stays a member", async () => {
  const { org, group, customerId } = await newSetting(service);
  await ok(org.enroll(group, { customerId }, { now }));
  const { body } = await withoutWriting(service, () => ok(tryUnenroll(org, group, customerId)));
  expect(body).toEqual({ data: customerId, errors: null, warnings: [nothingWritten] });
  expectRefused(await org.enroll(group, { customerId }, { now }), 400, 310119);
});

describe("a simulated activity sends no write", () => {
  it("and answers what the real one then does", async () => {
    const one = await newSetting(service, streak({ levels: [1] }));
    const { org, group, customerId } = one;
    await ok(org.enroll(group, { customerId }, { now }));
    const activity = purchase(one, "a", 1000);
    const tried = (await withoutWriting(service, () => ok(tryActivity(org, activity)))).body;
    expect((await withoutWriting(service, () => ok(tryActivity(org, activity)))).body).toEqual(tried);
    const real = (await ok(org.till.post("/activities", activity, { now }))).body;
    expect(real.data.targets[0]).toMatchObject({ reached: true, streakValue: 1 });
    expect(asReal(tried)).toEqual(real);
  });

  it("that was delivered before is answered as its repeat would be", async () => {
    const one = await newSetting(service);
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now }));
    await ok(one.org.till.post("/activities", purchase(one), { now }));
    const tried = (await withoutWriting(service, () => ok(tryActivity(one.org, purchase(one))))).body;
    expect(asReal(tried)).toEqual((await ok(one.org.till.post("/activities", purchase(one), { now }))).body);
  });

  it("of a return takes nothing off, and says what it would", async () => {
    const one = await newSetting(service);
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now }));
    await ok(one.org.till.post("/activities", purchase(one, "a", 100), { now }));
    const back = { ...purchase(one, "b", 30), type: "RETURN", originalActivityId: "a" };
    const tried = (await withoutWriting(service, () => ok(tryActivity(one.org, back)))).body;
    expect(tried.data.targets).toMatchObject([{ oldAchievedValue: 100, newAchievedValue: 70 }]);
    expect(asReal(tried)).toEqual((await ok(one.org.till.post("/activities", back, { now }))).body);
  });

  it("of an array is tried on what is stored, not on those before it", async () => {
    const one = await newSetting(service);
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now }));
    const both = [purchase(one, "a", 100), purchase(one, "b", 200), { ...purchase(one, "c"), customerId: 99_999_999 }];
    const { body } = await withoutWriting(service, () => ok(tryActivity(one.org, both)));
    expect(body.warnings).toEqual([nothingWritten]);
    expect(body.data).toMatchObject([
      { data: { targets: [{ newAchievedValue: 100 }] } },
      { data: { targets: [{ newAchievedValue: 200 }] } },
      { errors: [{ code: 310011 }] },
    ]);
  });
});
