import { describe, expect, it } from "vitest";
import { type Activity, type CallOptions, type EnrollmentRecord, type TargetRef, unwrap } from "../../client/client.ts";
import { expectRefused } from "../support/envelopes.ts";
import type { TestGroup, TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during, firstInstantOf, lastInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

type Walk = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

let lastActivity = 0;

/** The options of a call that is made at that time. */
function at(now: string): CallOptions {
  return { headers: { "x-local-now": now } };
}

function targetOf({ group: { groupId, targetId } }: Walk): TargetRef {
  return { targetGroupId: groupId, targetId };
}

/** Sends a transaction or return of the walk's customer and answers its id. */
async function act({ org, customerId }: Walk, now: string, fields: Partial<Activity> = {}): Promise<string> {
  lastActivity += 1;
  const activityId = `scenario-${lastActivity}`;
  const activity = { activityId, customerId, type: "TRANSACTION", occurredAt: now, amount: 1, ...fields } as const;
  unwrap(await org.till.typed.recordActivity(activity, at(now)));
  return activityId;
}

async function enroll(walk: Walk, now: string, fields: Partial<EnrollmentRecord> = {}): Promise<void> {
  const { org, customerId } = walk;
  const answer = await org.till.typed.enroll(targetOf(walk), { customerId, ...fields }, at(now));
  expect(answer).toMatchObject({ data: customerId, errors: null, warnings: null });
}

async function leave(walk: Walk, now: string): Promise<void> {
  const { org, customerId } = walk;
  expect(unwrap(await org.till.typed.unenroll(targetOf(walk), customerId, at(now)))).toBe(customerId);
}

async function sums({ org, group, customerId }: Walk, now: string): Promise<Record<string, number>> {
  const state = await org.readState(group, customerId, { now });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

async function reachedCycles({ org, group, customerId }: Walk, now: string): Promise<string[]> {
  const state = await org.readState(group, customerId, { now });
  return (state?.targets ?? []).filter((row) => row.targetAchievedDateTime !== null).map((row) => row.periodRefCode);
}

async function startWalk(body: Parameters<TestOrg["createGroup"]>[0]): Promise<Walk> {
  const org = await service.newOrg();
  return { org, group: await org.createGroup(body), customerId: await org.newCustomer() };
}

describe("a milestone's life: spend 1000 in each of five cycles", () => {
  it.each([
    { trackFromEnrollmentDate: false, early: 400 },
    { trackFromEnrollmentDate: true, early: 0 },
  ])("with trackFromEnrollmentDate $trackFromEnrollmentDate", async ({ trackFromEnrollmentDate, early }) => {
    const [target] = milestone().targets;
    const walk = await startWalk(milestone({ targets: [{ ...target, trackFromEnrollmentDate }] }));

    // The customer is enrolled in the middle of c1. A purchase from before then arrives late.
    await enroll(walk, during(1, 10));
    await act(walk, during(1, 11), { occurredAt: during(1, 5), amount: 400 });
    expect(await sums(walk, during(1, 11))).toEqual({ c1: early, c2: 0, c3: 0, c4: 0, c5: 0 });

    // The day's purchases reach c1. A late purchase of its last instant still counts in it.
    await act(walk, during(1, 20), { amount: 999.99 - early });
    expect(await reachedCycles(walk, during(1, 20))).toEqual([]);
    await act(walk, during(2, 1), { occurredAt: lastInstantOf(1), amount: 0.01 });
    expect(await reachedCycles(walk, during(2, 1))).toEqual(["c1"]);

    // c2 is reached. During c3 a return takes it below the target value.
    const bought = await act(walk, during(2, 2), { amount: 1200 });
    await act(walk, during(3, 1), { type: "RETURN", originalActivityId: bought, amount: 300 });
    expect(await sums(walk, during(3, 1))).toMatchObject({ c1: 1000, c2: 900, c3: 0 });
    expect(await reachedCycles(walk, during(3, 1))).toEqual(["c1"]);

    // In c3 the customer leaves at 250. What happens outside does not count.
    await act(walk, during(3, 2), { amount: 250 });
    await leave(walk, during(3, 3));
    await act(walk, during(3, 4), { amount: 5000 });
    expect(await sums(walk, during(3, 4))).toEqual({});

    // The customer re-enrols three times: resuming, with a number, and with 0.
    await enroll(walk, during(3, 5), { periodName: "c3", initialBalance: null });
    expect(await sums(walk, during(3, 5))).toEqual({ c3: 250, c4: 0, c5: 0 });
    expectRefused(
      await walk.org.enroll(walk.group, { customerId: walk.customerId, periodName: "c4" }, { now: during(3, 5) }),
      400,
      310119,
    );
    await leave(walk, during(3, 6));
    await enroll(walk, during(3, 7), { initialBalance: 150 });
    expect(await sums(walk, during(3, 7))).toEqual({ c3: 150, c4: 0, c5: 0 });
    await leave(walk, during(3, 8));
    await enroll(walk, during(3, 9), { initialBalance: 0 });
    await act(walk, during(3, 10), { amount: 999 });
    expect(await reachedCycles(walk, during(3, 10))).toEqual([]);
    await act(walk, during(3, 11), { amount: 1 });
    expect(await reachedCycles(walk, during(3, 11))).toEqual(["c3"]);

    // Earlier cycles keep what they earned, though the present enrolment does not cover them.
    expect(await sums(walk, during(3, 12))).toEqual({ c3: 1000, c4: 0, c5: 0 });

    // After the last cycle nothing counts and nobody can enrol, but an enrolled customer can leave.
    await act(walk, firstInstantOf(6), { amount: 1000 });
    expect(await sums(walk, firstInstantOf(6))).toEqual({ c3: 1000, c4: 0, c5: 0 });
    await leave(walk, firstInstantOf(6));
    expectRefused(
      await walk.org.enroll(walk.group, { customerId: walk.customerId }, { now: firstInstantOf(6) }),
      400,
      310019,
    );
  });
});

/** Noon of the n-th day of the streak. */
function noon(day: number): string {
  return new Date(Date.UTC(2030, 2, day, 12)).toISOString();
}

function midnight(day: number): string {
  return new Date(Date.UTC(2030, 2, day)).toISOString();
}

function dailyStreak() {
  const [target] = milestone().targets;
  return streak({
    levels: [4, 8, 12],
    periods: Array.from({ length: 30 }, (_, index) => ({
      refCode: `day-${index + 1}`,
      startDate: midnight(index + 1),
      endDate: midnight(index + 2),
    })),
    targets: [{ ...target, name: "A visit a day", targetType: "VISIT", defaultValues: [{ defaultValue: 1 }] }],
  });
}

async function visitEachDay(walk: Walk, from: number, to: number): Promise<void> {
  for (let day = from; day <= to; day += 1) await act(walk, noon(day));
}

/** The streak value and the levels held. */
async function standing({ org, group, customerId }: Walk, now: string): Promise<[number | undefined, string[]]> {
  const { body } = await org.reader.get(`/users/${customerId}/targetGroups?includeInactive=true`, { now });
  const rows = body.data.targetGroups.find(({ id }: { id: number }) => id === group.groupId)?.streaks ?? [];
  const held = rows.filter(({ status }: { status: string }) => status === "ACHIEVED");
  return [rows[0]?.currentCount, held.map(({ streakName }: { streakName: string }) => streakName)];
}

describe("a streak's life: 30 daily cycles, levels at 4, 8 and 12", () => {
  it("from the first level over a re-enrolment and a reset to a gap that late events repair", async () => {
    const walk = await startWalk(dailyStreak());

    // Days 1 to 8 reach levels l1 and l2.
    await enroll(walk, noon(1), { resetStreakStatus: true });
    expect(await standing(walk, noon(1))).toEqual([0, []]);
    await visitEachDay(walk, 1, 3);
    expect(await standing(walk, noon(3))).toEqual([3, []]);
    await visitEachDay(walk, 4, 8);
    expect(await standing(walk, noon(8))).toEqual([8, ["l1", "l2"]]);

    // The customer leaves on day 9 and comes back on day 11 without a reset. l3 is four met days away.
    await leave(walk, noon(9));
    await act(walk, noon(10));
    await enroll(walk, noon(11));
    expect(await standing(walk, noon(11))).toEqual([8, ["l1", "l2"]]);
    await visitEachDay(walk, 11, 13);
    expect(await standing(walk, noon(13))).toEqual([11, ["l1", "l2"]]);
    await act(walk, noon(14));
    expect(await standing(walk, noon(14))).toEqual([12, ["l1", "l2", "l3"]]);

    // The customer comes back with a reset. The value is 0, and every level can be earned again.
    await leave(walk, noon(15));
    await enroll(walk, noon(15), { resetStreakStatus: true });
    expect(await standing(walk, noon(15))).toEqual([0, []]);
    await visitEachDay(walk, 15, 18);
    expect(await standing(walk, noon(18))).toEqual([4, ["l1"]]);

    // Day 19 is missed. The run stands until that day closes, and then it is over. The levels stay.
    expect(await standing(walk, new Date(Date.parse(midnight(20)) - 1).toISOString())).toEqual([4, ["l1"]]);
    expect(await standing(walk, midnight(20))).toEqual([0, ["l1"]]);
    await visitEachDay(walk, 20, 22);
    expect(await standing(walk, noon(22))).toEqual([3, ["l1"]]);

    // A visit of day 19 arrives late and joins the two runs, which reaches l2 at once.
    const { body } = await walk.org.till.post(
      "/activities",
      { activityId: `late-${walk.customerId}`, customerId: walk.customerId, type: "TRANSACTION", occurredAt: noon(19) },
      { now: noon(22) },
    );
    expect(body.data.targets).toMatchObject([
      { periodRefCode: "day-19", streakValue: 8, levelsReached: [{ streakName: "l2" }] },
    ]);
    expect(await standing(walk, noon(22))).toEqual([8, ["l1", "l2"]]);
    await visitEachDay(walk, 23, 26);
    expect(await standing(walk, noon(26))).toEqual([12, ["l1", "l2", "l3"]]);
  });
});
