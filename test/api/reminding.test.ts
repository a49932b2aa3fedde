import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { openProjection, type Projection } from "../../local/projection.ts";
import { openTable } from "../../shared/table/client.ts";
import { customerPartition } from "../../shared/table/keys.ts";
import { ApiClient } from "../support/apiClient.ts";
import { captureMetrics } from "../support/capturedMetrics.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { expectRefused } from "../support/envelopes.ts";
import { localAccess } from "../support/globalSetup.ts";
import { newOrg, ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { takeStreamedTable } from "../support/takenTable.ts";
import { during, firstInstantOf, milestone, streak, type TargetGroupBody } from "../support/targetGroups.ts";
import { testLimits } from "../support/testLimits.ts";

// Sweeps go over every brand, and other tests of the run live at other times. So the file has a table of its own.
const access = { endpoint: engineEndpoint(), ...localAccess };
const table = openTable({ tableName: takeStreamedTable(), ...access }, testLimits);
let projection: Projection;
let gateway: LocalGateway;
let local: ApiClient;

beforeAll(async () => {
  await createTableIfMissing(table);
  projection = await openProjection(table, access, () => undefined);
  gateway = await startGateway(localFunctions(table), 0, projection.pages);
  local = new ApiClient(new URL("/local", gateway.baseUrl).href, undefined);
});
afterAll(async () => {
  await gateway.close();
  await projection.stop();
  table.close();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const hour = 3_600_000;

function shifted(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

/** So many hours before the end of the cycle. */
function before(cycle: number, hours: number, milliseconds = 0): string {
  return shifted(firstInstantOf(cycle + 1), milliseconds - hours * hour);
}

function reminding(body: TargetGroupBody, ...reminders: object[]): TargetGroupBody {
  return { ...body, targets: body.targets.map((target) => ({ ...target, reminders })) };
}

const threeDays = { name: "3 days", offsetHours: 72, condition: "NOT_REACHED" };

type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

/** Has something happen once between a decision about the customer and its write. Answers whether it has happened. */
function betweenDecisionAndWrite({ org, customerId }: Setting, happen: () => Promise<unknown>): () => boolean {
  const pk = customerPartition(org.org, customerId);
  let hasHappened = false;
  table.client.middlewareStack.add(
    (next) => async (args) => {
      const { input } = args;
      if (!hasHappened && "UpdateExpression" in input && input.Key?.["pk"] === pk) {
        hasHappened = true;
        await happen();
      }
      return next(args);
    },
    { step: "initialize", name: "betweenDecisionAndWrite", override: true },
  );
  return () => hasHappened;
}

async function enrolled(body: TargetGroupBody, now = during(1)): Promise<Setting> {
  const org = await newOrg(table, gateway.baseUrl);
  const group = await org.createGroup(body);
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now }));
  return { org, group, customerId };
}

function spend({ org, customerId }: Setting, amount: number, now: string) {
  const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: now, amount };
  return ok(org.till.post("/activities", activity, { now }));
}

async function sweep({ org }: Setting, now: string): Promise<void> {
  await ok(local.post(`/close-cycles?org=${org.org}`, {}, { now }));
}

type Event = { readonly "detail-type": string; readonly detail: Record<string, unknown> & { eventId: string } };

async function toldReminders({ customerId }: Setting): Promise<Event["detail"][]> {
  const events: Event[] = (await ok(local.get(`/events?customerId=${customerId}`))).body.data.events;
  const own = events.filter((event) => event["detail-type"] === "targetPeriodReminder").map(({ detail }) => detail);
  return [...new Map(own.map((detail) => [detail.eventId, detail])).values()];
}

async function answered({ org, group }: Setting): Promise<unknown> {
  return (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body.data.targets[0].reminders;
}

async function runOf({ org, group, customerId }: Setting, now: string): Promise<unknown> {
  return (await org.readState(group, customerId, { now }))?.streaks[0];
}

const named = (details: readonly Event["detail"][]) =>
  details.map(({ reminderName, periodRefCode }) => `${String(reminderName)} ${String(periodRefCode)}`);

describe("a reminder", () => {
  it("tells a customer what is left to reach, that many hours before the end and no sooner", async () => {
    const one = await enrolled(reminding(milestone(), threeDays));
    await spend(one, 250.5, during(1));
    await sweep(one, before(1, 72, -1));
    expect(await toldReminders(one)).toEqual([]);
    await sweep(one, before(1, 72));
    const [reminder, ...others] = await toldReminders(one);
    expect(reminder).toMatchObject({
      reminderName: "3 days",
      periodRefCode: "c1",
      targetValue: 1000,
      targetAchievedValue: 250.5,
      targetGap: 749.5,
      occurredAt: before(1, 72),
    });
    expect(reminder).not.toHaveProperty("currentCount");
    expect(others).toEqual([]);
  });

  it("is told once in each cycle, however often the sweep runs", async () => {
    const one = await enrolled(reminding(milestone(), threeDays));
    for (const now of [before(1, 72), before(1, 71), before(2, 72), before(2, 72)]) await sweep(one, now);
    expect(named(await toldReminders(one))).toEqual(["3 days c1", "3 days c2"]);
  });

  it("is not told again when the end of its cycle is moved, nor after the customer has left and come back", async () => {
    const one = await enrolled(reminding(milestone({ cycles: 1 }), threeDays));
    await sweep(one, before(1, 72));
    const now = before(1, 71);
    await ok(one.org.unenroll(one.group, one.customerId, { now }));
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now }));
    const longer = [{ id: one.group.cycleIds[0], endDate: shifted(firstInstantOf(2), 48 * hour) }];
    await ok(one.org.admin.put(`/targetGroups/${one.group.groupId}/targetPeriods`, longer, { now }));
    await sweep(one, before(1, 24));
    expect(named(await toldReminders(one))).toEqual(["3 days c1"]);
  });

  it("comes before the new end of a cycle that was moved to earlier", async () => {
    const one = await enrolled(reminding(milestone(), threeDays));
    const shorter = [{ id: one.group.cycleIds[0], endDate: during(1, 25) }];
    await ok(one.org.admin.put(`/targetGroups/${one.group.groupId}/targetPeriods`, shorter, { now: during(1) }));
    await sweep(one, during(1, 22));
    expect(named(await toldReminders(one))).toEqual(["3 days c1"]);
  });

  it("of NOT_REACHED leaves out who has reached the value, and ALWAYS leaves out nobody in the cycle", async () => {
    const all = { name: "all", offsetHours: 72, condition: "ALWAYS" };
    const one = await enrolled(reminding(milestone(), threeDays, all));
    await spend(one, 1000, during(1));
    const outside = await one.org.newCustomer();
    await ok(one.org.enroll(one.group, { customerId: outside, periodName: "c2" }, { now: during(1) }));
    await sweep(one, before(1, 72));
    expect(named(await toldReminders(one))).toEqual(["all c1"]);
    expect((await toldReminders(one))[0]).toMatchObject({ targetGap: 0 });
    expect(await toldReminders({ ...one, customerId: outside })).toEqual([]);
  });

  it("of STREAK_AT_RISK is for who has a run that the cycle would end", async () => {
    const risk = { name: "risk", offsetHours: 24, condition: "STREAK_AT_RISK" };
    const one = await enrolled(reminding(streak({ levels: [2] }), risk));
    await sweep(one, before(1, 24));
    expect(await toldReminders(one)).toEqual([]);
    await spend(one, 1000, before(1, 20));
    await sweep(one, before(2, 24));
    expect(await toldReminders(one)).toMatchObject([{ reminderName: "risk", periodRefCode: "c2", currentCount: 1 }]);
  });

  it("of STREAK_AT_RISK is not told for a cycle that is met already", async () => {
    const risk = { name: "risk", offsetHours: 24, condition: "STREAK_AT_RISK" };
    const one = await enrolled(reminding(streak({ levels: [2] }), risk));
    await spend(one, 1000, during(1));
    await spend(one, 1000, during(2));
    for (const cycle of [1, 2]) await sweep(one, before(cycle, 24));
    expect(await toldReminders(one)).toEqual([]);
  });

  it("of STREAK_AT_RISK is told also while a freeze is left that keeps the run", async () => {
    const risk = { name: "risk", offsetHours: 24, condition: "STREAK_AT_RISK" };
    const one = await enrolled(reminding(streak({ levels: [2], streakFreezes: { initial: 1 } }), risk));
    await spend(one, 1000, during(1));
    await sweep(one, before(2, 24));
    expect(await toldReminders(one)).toMatchObject([{ periodRefCode: "c2", currentCount: 1 }]);
    expect(await runOf(one, during(3))).toMatchObject({ currentCount: 1, freezesLeft: 0 });
  });

  it("of STREAK_AT_RISK is not told for an excused cycle, and is told again for the next one", async () => {
    const risk = { name: "risk", offsetHours: 24, condition: "STREAK_AT_RISK" };
    const one = await enrolled(reminding(streak({ levels: [2] }), risk));
    await spend(one, 1000, during(1));
    const excuse = { customerId: one.customerId, periodName: "c2", reason: "The till was down" };
    await ok(one.org.support.post(`${targetPath(one.group)}/excuse`, excuse, { now: during(2) }));
    for (const cycle of [2, 3]) await sweep(one, before(cycle, 24));
    expect(await toldReminders(one)).toMatchObject([{ periodRefCode: "c3", currentCount: 1 }]);
  });

  it("is not told to who has left", async () => {
    const left = await enrolled(reminding(milestone(), threeDays));
    await ok(left.org.unenroll(left.group, left.customerId, { now: during(1) }));
    await sweep(left, before(1, 72));
    expect(await toldReminders(left)).toEqual([]);
  });

  it.each([
    ["target", targetPath],
    ["group", ({ groupId }: TestGroup) => `/targetGroups/editTargetGroup/${groupId}`],
  ])("is not told for a %s that is switched off", async (_, path) => {
    const off = await enrolled(reminding(milestone(), threeDays));
    await ok(off.org.admin.put(path(off.group), { active: false }, { now: during(1) }));
    await sweep(off, before(1, 72));
    expect(await toldReminders(off)).toEqual([]);
  });

  it.each([
    ["six hours late is told", before(1, 66), ["3 days c1", "3 days c2"]],
    ["later than that is skipped, and the next one comes in time", before(1, 66, 1), ["3 days c2"]],
  ])("that is %s", async (_, now, expected) => {
    const one = await enrolled(reminding(milestone(), threeDays));
    await sweep(one, now);
    await sweep(one, before(2, 72));
    expect(named(await toldReminders(one))).toEqual(expected);
  });

  it.each([
    ["six hours late counts nothing", before(1, 66), 0],
    ["later than that counts one skipped time of the group", before(1, 66, 1), 1],
  ])("that is %s", async (_, now, count) => {
    const one = await enrolled(reminding(milestone(), threeDays));
    const lines = captureMetrics();
    for (let look = 0; look < 2; look += 1) await sweep(one, now);
    const skipped = lines.filter((line) => "RemindersSkipped" in line);
    expect(skipped).toEqual(Array.from({ length: count }, () => expect.objectContaining({ org: one.org.org })));
  });

  it("is skipped after the end of its cycle, also when that is less than six hours later", async () => {
    const one = await enrolled(reminding(milestone(), { ...threeDays, offsetHours: 1 }));
    await sweep(one, firstInstantOf(2));
    expect(await toldReminders(one)).toEqual([]);
  });

  it("is not told to who reaches the value after the decision and before its write", async () => {
    const one = await enrolled(reminding(milestone(), threeDays));
    const now = before(1, 72);
    const hasHappened = betweenDecisionAndWrite(one, () => spend(one, 1000, now));
    await sweep(one, now);
    expect(hasHappened()).toBe(true);
    expect(await toldReminders(one)).toEqual([]);
  });

  it("is answered as it was sent, and is none when it was not", async () => {
    const one = await enrolled(reminding(milestone(), threeDays));
    const other = await enrolled(milestone());
    expect([await answered(one), await answered(other)]).toEqual([[threeDays], []]);
  });
});

describe("a cycle that has no room for a reminder is refused with 300004", () => {
  it("when its end is moved, and when it is appended", async () => {
    const { org, group } = await enrolled(reminding(milestone(), threeDays));
    const path = `/targetGroups/${group.groupId}/targetPeriods`;
    const moved = (hours: number) => [{ id: group.cycleIds[1], endDate: shifted(firstInstantOf(2), hours * hour) }];
    expectRefused(
      await org.admin.put(path, moved(72), { now: during(1) }),
      400,
      300004,
      /^Invalid input\. \[0\].*72 hours/,
    );
    await ok(org.admin.put(path, moved(73), { now: during(1) }));
    const [start, end] = [firstInstantOf(8), shifted(firstInstantOf(8), 72 * hour)];
    const appended = [{ refCode: "x", startDate: start, endDate: end }];
    expectRefused(await org.admin.post(path, appended, { now: during(1) }), 400, 300004, /offsetHours.*72 hours/);
  });

  it("when a rule would make it", async () => {
    const [target] = milestone().targets;
    const rule = { frequencyType: "MONTHLY", frequency: 1, recurringCycles: 1, fromDate: "2030-01-01" };
    const reminders = [{ ...threeDays, offsetHours: 700 }];
    const { periods: _, ...rest } = milestone({ ...rule, targets: [{ ...target, reminders }] });
    const org = await newOrg(table, gateway.baseUrl);
    const { data } = (await ok(org.admin.post("/targetGroups", rest, { now: during(1) }))).body;
    const path = `/targetGroups/editTargetGroup/${data.id}`;
    const refused = await org.admin.put(path, { recurringCycles: 2 }, { now: during(1) });
    expectRefused(refused, 400, 300004, /recurringCycles.*700 hours.*2030-02-01/);
  });
});

describe("reminders are refused with 300004", () => {
  it.each([
    ["when there are four", [1, 2, 3, 4].map((n) => ({ ...threeDays, name: `r${n}` })), /at most 3|more than 3/],
    ["without hours", [{ ...threeDays, offsetHours: 0 }], /offsetHours must be >= 1/],
    ["with more than 720 hours", [{ ...threeDays, offsetHours: 721 }], /offsetHours must be <= 720/],
    ["with an unknown condition", [{ ...threeDays, condition: "NEVER" }], /condition/],
    ["with one name twice", [threeDays, { ...threeDays, offsetHours: 24 }], /reminders\[1\]\.name must be unique/],
    ["that are as long as a cycle", [{ ...threeDays, offsetHours: 28 * 24 }], /offsetHours must be less.*"c2"/],
  ])("%s", async (_, faulty, message) => {
    const org = await newOrg(table, gateway.baseUrl);
    expectRefused(await org.admin.post("/targetGroups", reminding(milestone(), ...faulty)), 400, 300004, message);
  });
});
