import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { openProjection, type Projection } from "../../local/projection.ts";
import { openTable } from "../../shared/table/client.ts";
import { ApiClient } from "../support/apiClient.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
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

const second = 1000;
const hour = 3600 * second;

function after(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

type Event = { readonly "detail-type": string; readonly detail: Record<string, unknown> & { eventId: string } };

/** A customer who is enrolled in a target of 1000 from the first cycle on. */
class Member {
  readonly org: TestOrg;
  readonly group: TestGroup;
  readonly customerId: number;
  #activityCount = 0;

  private constructor(org: TestOrg, group: TestGroup, customerId: number) {
    this.org = org;
    this.group = group;
    this.customerId = customerId;
  }

  static async enrol(body: TargetGroupBody = milestone()): Promise<Member> {
    const org = await newOrg(table, gateway.baseUrl);
    const group = await org.createGroup(body);
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: firstInstantOf(1) }));
    return new Member(org, group, customerId);
  }

  /** Sends to the service of the file, or to another process. */
  async send(activity: Record<string, unknown>, now: string, till = this.org.till): Promise<void> {
    this.#activityCount += 1;
    const fields = { activityId: `a-${this.#activityCount}`, customerId: this.customerId, occurredAt: now };
    await ok(till.post("/activities", { ...fields, type: "TRANSACTION", ...activity }, { now }));
  }

  /** Changes the value of a cycle. The definition that other processes have is older than 30 s from then on. */
  async change(cycle: number, defaultValue: number, now: string): Promise<void> {
    const body = { defaultValues: [{ periodId: this.group.cycleIds[cycle - 1], defaultValue }] };
    await ok(this.org.admin.put(targetPath(this.group), body, { now }));
  }

  async sweep(now: string): Promise<void> {
    await ok(local.post(`/close-cycles?org=${this.org.org}`, {}, { now }));
  }

  async state(now: string) {
    const state = await this.org.readState(this.group, this.customerId, { now });
    if (state === undefined) throw new Error("The customer is enrolled");
    return state;
  }

  /** When the cycle was reached. */
  async reachedOn(cycle: number, now: string): Promise<string | null | undefined> {
    const { targets } = await this.state(now);
    return targets.find(({ periodRefCode }) => periodRefCode === `c${cycle}`)?.targetAchievedDateTime;
  }

  async reevaluation(now: string) {
    return (await ok(this.org.reader.get(`/targetGroups/${this.group.groupId}`, { now }))).body.data.targets[0]
      .reevaluation;
  }

  /** The customer's events of these types, each once: one that was delivered twice has the same id. */
  async events(...types: string[]): Promise<Event[]> {
    const { data } = (await ok(local.get(`/events?customerId=${this.customerId}`))).body;
    const events: Event[] = data.events;
    const mine = events.filter((event) => types.includes(event["detail-type"]));
    return [...new Map(mine.map((event) => [event.detail.eventId, event])).values()];
  }

  async told(...types: string[]): Promise<string[]> {
    return (await this.events(...types)).map((event) => event["detail-type"]);
  }
}

const now = during(1);
const [swept, sweptAgain] = [after(now, 60 * second), after(now, 25 * hour + 60 * second)];

describe("a changed value of the running cycle", () => {
  it("that is lower makes the cycle reached, announces it, and tells the customer both values", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 700 }, now);
    await member.change(1, 500.5, now);
    await member.sweep(swept);
    expect(await member.reachedOn(1, swept)).toBe(swept);
    const [updated, achieved, ...others] = await member.events("targetValueUpdated", "targetValueAchieved");
    expect(updated?.detail).toMatchObject({
      oldTargetValue: 1000,
      newTargetValue: 500.5,
      targetAchievedValue: 700,
      achieved: true,
      periodRefCode: "c1",
      occurredAt: swept,
    });
    expect(achieved).toMatchObject({ "detail-type": "targetValueAchieved", detail: { targetValue: 500.5 } });
    expect(others).toEqual([]);
  });

  it("that is higher takes the mark away, and what was announced stays announced", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 1000 }, now);
    await member.change(1, 1000.0001, now);
    await member.sweep(swept);
    expect(await member.reachedOn(1, swept)).toBeNull();
    expect((await member.events("targetValueUpdated"))[0]?.detail).toMatchObject({ achieved: false });
    await member.send({ amount: 1 }, after(swept, second));
    expect(await member.reachedOn(1, after(swept, second))).toBe(after(swept, second));
    expect(await member.told("targetValueAchieved")).toHaveLength(1);
  });

  it.each([
    ["reached with exactly the sum", 700, true],
    ["not reached with a ten-thousandth more", 700.0001, false],
  ])("is %s", async (_, value, isReached) => {
    const member = await Member.enrol();
    await member.send({ amount: 700 }, now);
    await member.change(1, value, now);
    await member.sweep(swept);
    expect((await member.reachedOn(1, swept)) !== null).toBe(isReached);
    expect(await member.told("targetValueUpdated")).toHaveLength(isReached ? 1 : 0);
  });

  it("is not judged by a sweep sooner than 60 s after the edit", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 700 }, now);
    await member.change(1, 500, now);
    await member.sweep(after(swept, -1));
    expect(await member.reachedOn(1, swept)).toBeNull();
    await member.sweep(swept);
    expect(await member.reachedOn(1, swept)).toBe(swept);
  });

  it("tells nothing twice when enrolments are swept again 25 hours later", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 700 }, now);
    await member.change(1, 500, now);
    await member.sweep(swept);
    await member.sweep(after(sweptAgain, -1));
    await member.sweep(sweptAgain);
    await member.sweep(after(sweptAgain, hour));
    expect(await member.told("targetValueUpdated", "targetValueAchieved")).toHaveLength(2);
  });

  it("reaches, 25 hours after the first sweep, what a process with the old value has counted since then", async () => {
    const member = await Member.enrol();
    const other = await startGateway(localFunctions(table), 0);
    const till = new ApiClient(other.baseUrl, member.org.credentials.till);
    await member.send({ amount: 100 }, now, till);
    await member.change(1, 500, now);
    await member.sweep(swept);
    await member.send({ amount: 600 }, after(now, 29_999), till);
    await other.close();
    await member.sweep(after(sweptAgain, -1));
    expect(await member.reachedOn(1, sweptAgain)).toBeNull();
    await member.sweep(sweptAgain);
    expect(await member.reachedOn(1, sweptAgain)).toBe(sweptAgain);
  });

  it("is shown as reevaluation of the target until all are judged, and afterwards", async () => {
    const member = await Member.enrol();
    expect(await member.reevaluation(now)).toBeNull();
    await member.change(1, 500, now);
    const periodIds = [member.group.cycleIds[0]];
    expect(await member.reevaluation(now)).toEqual({ periodIds, startedOn: now, finishedOn: null });
    await member.sweep(swept);
    expect(await member.reevaluation(swept)).toEqual({ periodIds, startedOn: now, finishedOn: swept });
    await member.sweep(sweptAgain);
    expect(await member.reevaluation(sweptAgain)).toMatchObject({ finishedOn: swept });
    await ok(member.org.admin.put(targetPath(member.group), { name: "Other" }, { now: sweptAgain }));
    expect(await member.reevaluation(sweptAgain)).toMatchObject({ finishedOn: swept });
  });

  it("is told of by a period-end target only when the cycle has ended", async () => {
    const [target] = milestone().targets;
    const member = await Member.enrol(milestone({ targets: [{ ...target, rewardAllocation: "PERIOD_END" }] }));
    await member.send({ amount: 700 }, now);
    await member.change(1, 500, now);
    await member.sweep(swept);
    expect(await member.told("targetValueUpdated", "targetValueAchieved")).toEqual(["targetValueUpdated"]);
    await member.sweep(firstInstantOf(2));
    expect(await member.told("targetValueAchieved")).toHaveLength(1);
  });

  it("makes a streak's cycle met and reaches the level of its run; a higher value takes neither back", async () => {
    const member = await Member.enrol(streak({ levels: [1, 2] }));
    await member.send({ amount: 700 }, now);
    await member.change(1, 500, now);
    await member.sweep(swept);
    const levels = await member.events("streakLevelAchieved");
    expect(levels.map(({ detail }) => [detail["streakName"], detail["activityId"] ?? null])).toEqual([["l1", null]]);
    const later = after(swept, hour);
    await member.change(1, 800, later);
    await member.sweep(after(later, 60 * second));
    const { streaks, targets } = await member.state(after(later, hour));
    expect(streaks[0]).toMatchObject({ status: "ACHIEVED", currentCount: 0 });
    expect(targets[0]).toMatchObject({ targetAchievedDateTime: null });
  });

  it("changes a customer's mark while out, and tells nothing", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 700 }, now);
    await ok(member.org.unenroll(member.group, member.customerId, { now }));
    await member.change(1, 500, now);
    await member.sweep(swept);
    expect(await member.told("targetValueUpdated", "targetValueAchieved")).toEqual([]);
    await ok(member.org.enroll(member.group, { customerId: member.customerId }, { now: after(swept, second) }));
    expect(await member.reachedOn(1, after(swept, second))).toBe(swept);
  });

  it("that is changed twice before the sweep is judged by the last one", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 700 }, now);
    await member.change(1, 500, now);
    await member.change(1, 900, now);
    await member.sweep(swept);
    expect(await member.reachedOn(1, swept)).toBeNull();
    expect(await member.told("targetValueUpdated")).toEqual([]);
  });

  it("raised and lowered around a late return announces the cycle as reached once", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 1000 }, now);
    await member.change(1, 1500, now);
    await member.sweep(swept);
    await member.send({ type: "RETURN", amount: 400 }, after(swept, second));
    const lowered = after(swept, hour);
    await member.change(1, 600, lowered);
    await member.sweep(after(lowered, 60 * second));
    await member.send({ type: "RETURN", amount: 1 }, after(lowered, hour));
    await member.send({ amount: 1 }, after(lowered, 2 * hour));
    expect(await member.reachedOn(1, after(lowered, 2 * hour))).toBe(after(lowered, 2 * hour));
    expect(await member.told("targetValueAchieved")).toHaveLength(1);
    const updates = await member.events("targetValueUpdated");
    expect(updates.map(({ detail }) => detail["achieved"])).toEqual([false, true]);
  });
});

describe("a cycle that ends between the change of its value and the sweep", () => {
  const justBefore = after(firstInstantOf(2), -second);

  it("is told of by the new value, and not again by the sweep", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 700 }, now);
    await member.change(1, 500, justBefore);
    await member.sweep(firstInstantOf(2));
    const completed = () => member.events("targetPeriodCompleted");
    expect((await completed()).map(({ detail }) => detail["achieved"])).toEqual([true]);
    await member.sweep(after(firstInstantOf(2), hour));
    await member.sweep(after(firstInstantOf(2), 27 * hour));
    expect(await completed()).toHaveLength(1);
    expect(await member.told("targetValueAchieved", "targetValueUpdated")).toHaveLength(2);
    expect(await member.reachedOn(1, during(2))).toBe(firstInstantOf(2));
  });

  it("is told of by the new value also when another cycle's value is changed after it", async () => {
    const member = await Member.enrol();
    await member.send({ amount: 700 }, now);
    await member.change(1, 500, after(firstInstantOf(2), -20 * second));
    await member.change(2, 2000, justBefore);
    const [first, next] = member.group.cycleIds;
    expect(await member.reevaluation(justBefore)).toMatchObject({ periodIds: [first, next], finishedOn: null });
    await member.sweep(firstInstantOf(2));
    const completed = await member.events("targetPeriodCompleted");
    expect(completed.map(({ detail }) => detail["achieved"])).toEqual([true]);
  });

  it("does not end the run of a streak that it meets by the new value", async () => {
    const member = await Member.enrol(streak({ levels: [2, 3] }));
    await member.send({ amount: 1000 }, now);
    await member.send({ amount: 700 }, during(2));
    await member.change(2, 500, after(firstInstantOf(3), -second));
    await member.sweep(firstInstantOf(3));
    expect(await member.told("streakEnd")).toEqual([]);
    expect((await member.state(during(3))).streaks[0]).toMatchObject({ status: "ACHIEVED", currentCount: 2 });
  });
});

describe("a changed value of a coming cycle", () => {
  it("is judged too, because an opening balance may have reached it", async () => {
    const member = await Member.enrol();
    const customerId = await member.org.newCustomer();
    const balance = { customerId, periodName: "c2", initialBalance: 1000 };
    await ok(member.org.enroll(member.group, balance, { now }));
    await member.change(2, 1200, now);
    await member.sweep(swept);
    const state = await member.org.readState(member.group, customerId, { now: during(2) });
    expect(state?.targets[0]).toMatchObject({ targetAchievedDateTime: null });
  });
});
