import { describe, expect, it } from "vitest";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { findEnrollment } from "../../shared/table/enrollments.ts";
import type { ApiResponse } from "../support/apiClient.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak, type TargetGroupBody } from "../support/targetGroups.ts";

const service = useService();

function setting(body: TargetGroupBody = milestone()): Promise<Setting> {
  return newSetting(service, body);
}

function stored({ org, group, customerId }: Setting): Promise<Enrollment | undefined> {
  return findEnrollment(service.table, { org: org.org, customerId, groupId: group.groupId, targetId: group.targetId });
}

function enter(
  { org, group, customerId }: Setting,
  options: { fields?: object; key?: string; now?: string } = {},
): Promise<ApiResponse> {
  const { fields = {}, key, now = during(1) } = options;
  return org.enroll(
    group,
    { customerId, ...fields },
    { now, ...(key === undefined ? {} : { headers: { "Idempotency-Key": key } }) },
  );
}

function leave({ org, group, customerId }: Setting, now = during(1)): Promise<ApiResponse> {
  return org.unenroll(group, customerId, { now });
}

function inParallel(calls: number, call: (index: number) => Promise<ApiResponse>): Promise<ApiResponse[]> {
  return Promise.all(Array.from({ length: calls }, (_, index) => call(index)));
}

/** The number of times each answer was given. Answers are named `200` or by the error's code. */
function tally(responses: readonly ApiResponse[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of responses) {
    const answer = status === 200 ? "200" : (body.errors ?? []).map(({ code }) => code).join();
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

describe("of 100 enrolments of one customer at once", () => {
  it.each([
    ["a milestone", () => milestone()],
    ["a streak", () => streak()],
  ])("into %s exactly one answers 200 and 99 answer 310119", async (_, body) => {
    const one = await setting(body());
    const responses = await inParallel(100, () => enter(one));
    expect(tally(responses)).toEqual({ 200: 1, 310119: 99 });
    expect(await stored(one)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 1 });
  });

  it("the one that answers 200 is the one whose balance is kept", async () => {
    const one = await setting();
    const responses = await inParallel(100, (index) => enter(one, { fields: { initialBalance: index + 1 } }));
    expect(tally(responses)).toEqual({ 200: 1, 310119: 99 });
    const winner = responses.findIndex(({ status }) => status === 200);
    expect((await stored(one))?.achieved).toEqual(new Map([[1, BigInt(winner + 1) * 10_000n]]));
  });

  it("who had left exactly one answers 200 and 99 answer 310119", async () => {
    const one = await setting();
    expectAccepted(await enter(one), one.customerId);
    expectAccepted(await leave(one), one.customerId);
    const responses = await inParallel(100, () => enter(one));
    expect(tally(responses)).toEqual({ 200: 1, 310119: 99 });
    expect(await stored(one)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 3 });
  });

  it("with a different Idempotency-Key each, exactly one answers 200 and 99 answer 310119", async () => {
    const one = await setting();
    const responses = await inParallel(100, (index) => enter(one, { key: `key-${index}` }));
    expect(tally(responses)).toEqual({ 200: 1, 310119: 99 });
    expect(await stored(one)).toMatchObject({ revision: 1 });
  });

  it("into two targets, each target answers 200 once and 310119 to the rest", async () => {
    const [target] = milestone().targets;
    const one = await setting(milestone({ targets: [target, { ...target, name: "Second" }] }));
    const second = { ...one, group: { ...one.group, targetId: one.group.targetIds[1] ?? 0 } };
    const responses = await inParallel(100, (index) => enter(index % 2 === 0 ? one : second));
    expect(tally(responses.filter((_, index) => index % 2 === 0))).toEqual({ 200: 1, 310119: 49 });
    expect(tally(responses.filter((_, index) => index % 2 === 1))).toEqual({ 200: 1, 310119: 49 });
    for (const each of [one, second]) expect(await stored(each)).toMatchObject({ revision: 1 });
  });
});

describe("simultaneous calls", () => {
  it("of 20 un-enrolments of one customer exactly one answers 200 and 19 answer 310126", async () => {
    const one = await setting();
    expectAccepted(await enter(one), one.customerId);
    const responses = await inParallel(20, () => leave(one));
    expect(tally(responses)).toEqual({ 200: 1, 310126: 19 });
    expect(await stored(one)).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 2 });
  });

  it("for 50 customers at once enrol each of them", async () => {
    const one = await setting();
    const customerIds: number[] = [];
    for (let count = 0; count < 50; count += 1) customerIds.push(await one.org.newCustomer());
    const responses = await Promise.all(customerIds.map((customerId) => enter({ ...one, customerId })));
    expect(tally(responses)).toEqual({ 200: 50 });
    expect(responses.map(({ body }) => body.data)).toEqual(customerIds);
  });

  it("to enrol and to leave, mixed, succeed in turns: the revision counts the 200s and the last one decides", async () => {
    const one = await setting();
    const responses = await inParallel(40, (index) => (index % 2 === 0 ? enter(one) : leave(one)));
    const entered = tally(responses.filter((_, index) => index % 2 === 0));
    const left = tally(responses.filter((_, index) => index % 2 === 1));
    // Leaving may also be answered 4001 when the enrolment changes at every attempt. Nothing was changed then.
    expect(Object.keys(entered).filter((answer) => !["200", "310119"].includes(answer))).toEqual([]);
    expect(Object.keys(left).filter((answer) => !["200", "310126", "4001"].includes(answer))).toEqual([]);
    const [ins, outs] = [entered["200"] ?? 0, left["200"] ?? 0];
    expect(ins - outs).toBeOneOf([0, 1]);
    expect(await stored(one)).toMatchObject({
      membership: { status: ins > outs ? "ENROLLED" : "UNENROLLED" },
      revision: ins + outs,
    });
  });
});

describe("without an Idempotency-Key", () => {
  it("the repeat of an enrolment is refused with 310119", async () => {
    const one = await setting();
    expectAccepted(await enter(one, { fields: { initialBalance: 5 } }), one.customerId);
    expectRefused(await enter(one, { fields: { initialBalance: 5 } }), 400, 310119);
    expect(await stored(one)).toMatchObject({ revision: 1, idempotency: [] });
  });
});

describe("with the same Idempotency-Key", () => {
  const key = "till-7/2030-01-15T12:00:00Z";

  it("and the same record, the repeat answers the first call's whole answer, warnings included", async () => {
    const one = await setting();
    const fields = { periodName: "c2", initialBalance: 100, resetStreakStatus: true, intialBalance: 300 };
    const first = await enter(one, { fields, key });
    expectAccepted(first, one.customerId, [/^"intialBalance" was ignored/, /^resetStreakStatus was ignored/]);
    const repeat = await enter(one, { fields, key });
    expect({ status: repeat.status, body: repeat.body }).toEqual({ status: first.status, body: first.body });
    expect(await stored(one)).toMatchObject({ revision: 1 });
  });

  it("and the same record of a streak, the repeat answers the first call's whole answer, warnings included", async () => {
    const one = await setting(streak());
    const fields = { periodName: 5, initialBalance: -5, resetStreakStatus: true };
    const first = await enter(one, { fields, key });
    expectAccepted(first, one.customerId, [/^periodName was ignored/, /^initialBalance was ignored/]);
    const repeat = await enter(one, { fields, key });
    expect({ status: repeat.status, body: repeat.body }).toEqual({ status: first.status, body: first.body });
    expect(await stored(one)).toMatchObject({ revision: 1 });
  });

  it.each([
    ["the id as a string", (id: number) => `[{"customerId":"${id}","initialBalance":100}]`],
    ["a bare object", (id: number) => `{"customerId":${id},"initialBalance":100}`],
    [
      "null for absent",
      (id: number) => `[{"customerId":${id},"initialBalance":100,"periodName":null,"resetStreakStatus":null}]`,
    ],
    ["the default sent", (id: number) => `[{"customerId":${id},"initialBalance":100,"resetStreakStatus":false}]`],
    ["fields in another order", (id: number) => `[ { "initialBalance": 100, "customerId": ${id} } ]`],
    ["other digits of the same number", (id: number) => `[{"customerId":${id}.0,"initialBalance":1e2}]`],
  ])("and the same record spelled with %s, the repeat answers 200", async (_, spell) => {
    const one = await setting();
    expectAccepted(await enter(one, { fields: { initialBalance: 100 }, key }), one.customerId);
    const options = { now: during(1), headers: { "Idempotency-Key": key } };
    const repeat = await one.org.till.send("POST", `${targetPath(one.group)}/enroll`, spell(one.customerId), options);
    expectAccepted(repeat, one.customerId);
    expect(await stored(one)).toMatchObject({ revision: 1 });
  });

  it.each([
    ["the named cycle has ended", { periodName: "c1" }, firstInstantOf(2)],
    ["every cycle has ended", {}, firstInstantOf(6)],
  ])("the repeat answers 200 also after %s", async (_, fields, now) => {
    const one = await setting();
    const first = await enter(one, { fields: { ...fields, unknown: 1 }, key });
    expectAccepted(first, one.customerId, [/^"unknown" was ignored/]);
    const repeat = await enter(one, { fields: { ...fields, unknown: 1 }, key, now });
    expect({ status: repeat.status, body: repeat.body }).toEqual({ status: first.status, body: first.body });
    expectRefused(
      await enter({ ...one, customerId: await one.org.newCustomer() }, { fields, key: "other", now }),
      400,
      310019,
    );
  });

  it("the repeat after the customer left answers 200 and the customer stays out", async () => {
    const one = await setting();
    expectAccepted(await enter(one, { key }), one.customerId);
    expectAccepted(await leave(one), one.customerId);
    const before = await stored(one);
    expectAccepted(await enter(one, { key }), one.customerId);
    expect(await stored(one)).toEqual(before);
    expect(before).toMatchObject({ membership: { status: "UNENROLLED" }, revision: 2 });
  });

  it.each([
    ["balance", { initialBalance: 101 }],
    ["cycle", { initialBalance: 100, periodName: "c2" }],
    ["balance, now absent", {}],
  ])(
    "and another %s, the call is refused with 300004 (422), and nothing is changed, enrolled or left",
    async (_, fields) => {
      const one = await setting();
      expectAccepted(await enter(one, { fields: { initialBalance: 100 }, key }), one.customerId);
      const enrolled = await stored(one);
      expectRefused(await enter(one, { fields, key }), 422, 300004, /Idempotency-Key/);
      expect(await stored(one)).toEqual(enrolled);
      expectAccepted(await leave(one), one.customerId);
      const left = await stored(one);
      expectRefused(await enter(one, { fields, key }), 422, 300004, /Idempotency-Key/);
      expect(await stored(one)).toEqual(left);
    },
  );

  it("and another record, the call is refused with 300004 (422) also after every cycle has ended", async () => {
    const one = await setting();
    expectAccepted(await enter(one, { fields: { initialBalance: 100 }, key }), one.customerId);
    expectRefused(
      await enter(one, { fields: { initialBalance: 101 }, key, now: firstInstantOf(6) }),
      422,
      300004,
      /Idempotency-Key/,
    );
  });

  it("and another resetStreakStatus, the call is refused with 300004 (422), and the streak is not reset", async () => {
    const one = await setting(streak());
    expectAccepted(await enter(one, { key }), one.customerId);
    expectAccepted(await leave(one), one.customerId);
    const left = await stored(one);
    expectRefused(await enter(one, { fields: { resetStreakStatus: true }, key }), 422, 300004, /Idempotency-Key/);
    expect(await stored(one)).toEqual(left);
  });

  it("50 calls at once all answer 200 and enrol once", async () => {
    const one = await setting();
    const responses = await inParallel(50, () => enter(one, { fields: { initialBalance: 10 }, key }));
    expect(tally(responses)).toEqual({ 200: 50 });
    expect(await stored(one)).toMatchObject({ revision: 1, achieved: new Map([[1, 100_000n]]) });
  });

  it("calls of two keys at once: all of one key answer 200, all of the other 310119", async () => {
    const one = await setting();
    const responses = await inParallel(40, (index) => enter(one, { key: `key-${index % 2}` }));
    const answers = [0, 1].map((parity) => tally(responses.filter((_, index) => index % 2 === parity)));
    expect(answers).toContainEqual({ 200: 20 });
    expect(answers).toContainEqual({ 310119: 20 });
    expect(await stored(one)).toMatchObject({ revision: 1 });
  });

  it("another target of the group is another enrolment", async () => {
    const [target] = milestone().targets;
    const one = await setting(milestone({ targets: [target, { ...target, name: "Second" }] }));
    const second = { ...one, group: { ...one.group, targetId: one.group.targetIds[1] ?? 0 } };
    expectAccepted(await enter(one, { key }), one.customerId);
    expectAccepted(await enter(second, { key }), one.customerId);
    for (const each of [one, second])
      expect(await stored(each)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 1 });
  });
});

async function enterAndLeave(one: Setting, key: string, fields = {}): Promise<void> {
  expectAccepted(await enter(one, { key, fields }), one.customerId);
  expectAccepted(await leave(one), one.customerId);
}

describe("the Idempotency-Keys of the last three enrolments with one", () => {
  it.each([
    ["A", 200],
    ["B", 200],
    ["C", 200],
  ])("are remembered: after A, B and C, a late repeat of %s answers %d and enrols nobody", async (key, status) => {
    const one = await setting();
    for (const each of ["A", "B", "C"]) await enterAndLeave(one, each);
    const left = await stored(one);
    expect((await enter(one, { key })).status).toBe(status);
    expect(await stored(one)).toEqual(left);
  });

  it("are remembered while the customer is in again: a repeat of any answers 200, a fourth key 310119", async () => {
    const one = await setting();
    for (const key of ["A", "B"]) await enterAndLeave(one, key);
    expectAccepted(await enter(one, { key: "C" }), one.customerId);
    const enrolled = await stored(one);
    for (const key of ["A", "B", "C"]) expectAccepted(await enter(one, { key }), one.customerId);
    expectRefused(await enter(one, { key: "D" }), 400, 310119);
    expect(await stored(one)).toEqual(enrolled);
  });

  it("are refused with 300004 (422) with another record, the oldest too", async () => {
    const one = await setting();
    for (const key of ["A", "B", "C"]) await enterAndLeave(one, key, { initialBalance: 5 });
    const left = await stored(one);
    for (const key of ["A", "B", "C"])
      expectRefused(await enter(one, { key, fields: { initialBalance: 6 } }), 422, 300004, /Idempotency-Key/);
    expect(await stored(one)).toEqual(left);
  });

  it("are those of the last three: the fourth last is forgotten, and its repeat enrols anew", async () => {
    const one = await setting();
    for (const key of ["A", "B", "C", "D"]) await enterAndLeave(one, key);
    expectAccepted(await enter(one, { key: "A" }), one.customerId);
    expect(await stored(one)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 9 });
  });

  it("are not pushed out by enrolments without a key", async () => {
    const one = await setting();
    await enterAndLeave(one, "A");
    for (let count = 0; count < 3; count += 1) {
      expectAccepted(await enter(one), one.customerId);
      expectAccepted(await leave(one), one.customerId);
    }
    const left = await stored(one);
    expectAccepted(await enter(one, { key: "A" }), one.customerId);
    expect(await stored(one)).toEqual(left);
  });

  it("tell a key from another one that begins like it", async () => {
    const one = await setting();
    await enterAndLeave(one, "till-1");
    expectAccepted(await enter(one, { key: "till-10" }), one.customerId);
    expect(await stored(one)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 3 });
  });
});

describe("with another Idempotency-Key", () => {
  it("the repeat is refused with 310119 while the customer is enrolled", async () => {
    const one = await setting();
    expectAccepted(await enter(one, { key: "first" }), one.customerId);
    expectRefused(await enter(one, { key: "second" }), 400, 310119);
  });

  it("the call enrols anew after the customer left, and its own repeat answers 200", async () => {
    const one = await setting();
    expectAccepted(await enter(one, { key: "first" }), one.customerId);
    expectAccepted(await leave(one), one.customerId);
    expectAccepted(await enter(one, { key: "second" }), one.customerId);
    expectAccepted(await enter(one, { key: "second" }), one.customerId);
    expect(await stored(one)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 3 });
  });

  it("or with none, the call enrols anew after the customer left, and the first key's late repeat changes nothing", async () => {
    const one = await setting();
    expectAccepted(await enter(one, { key: "first" }), one.customerId);
    expectAccepted(await leave(one), one.customerId);
    expectAccepted(await enter(one), one.customerId);
    expectAccepted(await leave(one), one.customerId);
    const left = await stored(one);
    expectAccepted(await enter(one, { key: "first" }), one.customerId);
    expect(await stored(one)).toEqual(left);
  });
});

describe("an Idempotency-Key", () => {
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join("");

  it.each([
    ["is empty", ""],
    ["has 256 characters", "k".repeat(256)],
    ["holds a space", "two words"],
    ["holds a tab", "two\twords"],
    ["holds a character that is not ASCII", "clé"],
  ])("that %s is refused with 300004, and nobody is enrolled", async (_, key) => {
    const one = await setting();
    expectRefused(
      await enter(one, { key }),
      400,
      300004,
      /^Invalid input\. The header Idempotency-Key must be 1 to 255 visible ASCII characters/,
    );
    expect(await stored(one)).toBeUndefined();
  });

  it.each([
    ["has one character", "k"],
    ["has 255 characters", "k".repeat(255)],
    ["holds every visible ASCII character", printable],
  ])("that %s is fine, and its repeat answers 200", async (_, key) => {
    const one = await setting();
    expectAccepted(await enter(one, { key }), one.customerId);
    expectAccepted(await enter(one, { key }), one.customerId);
    expect(await stored(one)).toMatchObject({ revision: 1 });
  });

  it("is told from one that differs in case or in the last of 255 characters", async () => {
    const one = await setting();
    expectAccepted(await enter(one, { key: "k".repeat(255) }), one.customerId);
    expectRefused(await enter(one, { key: `${"k".repeat(254)}K` }), 400, 310119);
  });

  it("that is invalid is reported together with the record's faults (300004)", async () => {
    const one = await setting();
    const response = await enter(one, { fields: { initialBalance: -1 }, key: "two words" });
    expectRefused(response, 400, 300004, /Idempotency-Key/, /initialBalance/);
  });
});
