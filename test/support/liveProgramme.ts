import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { unwrap } from "../../client/client.ts";
import { leadMilliseconds } from "../../shared/domain/cycleEditing.ts";
import { formatInstant, type Instant } from "../../shared/domain/instant.ts";
import type { Table } from "../../shared/table/client.ts";
import type { ApiClient, ApiResponse } from "./apiClient.ts";
import { type Arrival, earnedBy, type FinalDefinition } from "./changedReference.ts";
import {
  cachedMilliseconds,
  type Edit,
  momentOf,
  type Sent,
  startOfAppended,
  type TimedStep,
} from "./changingProgramme.ts";
import { CustomerClosing } from "./customerClosing.ts";
import { decimal, startOfCycle } from "./domain.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "./org.ts";

const minute = 60_000;
const hour = 60 * minute;

/** What a programme is created with, besides its cycles. */
export type Kind = {
  readonly trackingType: "DEFAULT" | "STREAKS" | "NON_CONTINUOUS_STREAKS";
  readonly trackFromEnrollmentDate: boolean;
  readonly rewardAllocation: "IMMEDIATE" | "PERIOD_END";
};

/** Where a programme lives. The two tills call processes that each keep definitions of their own. */
export type Place = { readonly table: Table; readonly org: TestOrg; readonly tills: readonly [ApiClient, ApiClient] };

/** What is read of an answered group. */
type Definition = {
  readonly version: number;
  readonly active: boolean;
  readonly periods: readonly { readonly id: number; readonly startDate: string; readonly endDate: string }[];
  readonly targets: readonly {
    readonly active: boolean;
    readonly defaultValues: readonly { readonly defaultValue: number }[];
  }[];
};

/** One customer in a group that is edited over HTTP meanwhile. */
export class LiveProgramme {
  readonly group: TestGroup;
  readonly customerId: number;
  readonly #place: Place;
  readonly #kind: Kind;
  readonly #enrolledAt: Instant;
  readonly #arrivals: Arrival[] = [];
  /** Every sub-target that an answer said was reached, with its cycle. */
  readonly #reached: string[] = [];
  /** Since when the group and its target have been active together, or not. */
  readonly #brake: { readonly at: Instant; readonly isActive: boolean }[] = [];
  #definition: Definition;
  #edits = 0;
  #closing: { readonly since: Instant; readonly closing: CustomerClosing };
  #now: Instant;

  private constructor(place: Place, kind: Kind, group: TestGroup, customerId: number, definition: Definition) {
    this.#place = place;
    this.#kind = kind;
    this.group = group;
    this.customerId = customerId;
    this.#definition = definition;
    this.#now = startOfCycle(1) + 8 * hour;
    this.#enrolledAt = this.#now;
    this.#closing = { since: this.#now, closing: new CustomerClosing(place.table) };
  }

  /** A group of five cycles of 20 hours, each from a midnight on, and a customer who enrols in the first one. */
  static async begin(place: Place, kind: Kind): Promise<LiveProgramme> {
    const { org } = place;
    const group = await org.createGroup(bodyOf(kind));
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body;
    const programme = new LiveProgramme(place, kind, group, await org.newCustomer(), data);
    programme.#note(data);
    await ok(org.enroll(group, { customerId: programme.customerId }, programme.#at));
    return programme;
  }

  get #at() {
    return { now: formatInstant(this.#now) };
  }

  async take({ afterMilliseconds, step }: TimedStep): Promise<void> {
    this.#now += afterMilliseconds;
    switch (step.kind) {
      case "activity":
        return this.#send(step.sent, step.lags);
      case "sweep":
        return this.#sweep(step.lags);
      case "value":
      case "triggers":
      case "bounds":
      case "append":
      case "active":
        return this.#edit(step);
    }
  }

  #note(definition: Definition): void {
    this.#definition = definition;
    const isActive = definition.active && definition.targets.every(({ active }) => active);
    this.#brake.push({ at: this.#now, isActive });
  }

  async #edit(edit: Edit): Promise<void> {
    const answer = await this.#ask(edit);
    if (answer === undefined) return;
    // An edit that comes too late is refused. What may be edited has tests of its own.
    expectOneOf([200, 400], answer.status);
    if (answer.status !== 200 || answer.body.data.version === this.#definition.version) return;
    this.#edits += 1;
    this.#note(answer.body.data);
  }

  /** `undefined` when there is nothing that the edit could change. */
  async #ask(edit: Edit): Promise<ApiResponse | undefined> {
    const { admin } = this.#place.org;
    const { groupId } = this.group;
    const periods = `/targetGroups/${groupId}/targetPeriods`;
    switch (edit.kind) {
      case "value": {
        const defaultValues = this.#valuesBy(edit);
        if (defaultValues.length === 0) return undefined;
        return admin.put(targetPath(this.group), { defaultValues }, this.#at);
      }
      case "triggers":
        return admin.put(
          targetPath(this.group),
          { targetMilestoneTriggers: edit.percentages.map(asTrigger) },
          this.#at,
        );
      case "bounds":
        return admin.put(periods, [this.#movedBy(edit)], this.#at);
      case "append":
        return admin.post(periods, [this.#appendedBy(edit)], this.#at);
      case "active": {
        const path = edit.of === "group" ? `/targetGroups/editTargetGroup/${groupId}` : targetPath(this.group);
        return admin.put(path, { active: edit.isActive }, this.#at);
      }
    }
  }

  /** Of cycles that start later: a running one would have to be judged again, which nothing does here. */
  #valuesBy({ cycle, value }: Extract<Edit, { kind: "value" }>) {
    return this.#definition.periods
      .filter((_, place) => cycle === undefined || cycle === place + 1)
      .filter(({ startDate }) => Date.parse(startDate) >= this.#now + leadMilliseconds)
      .map(({ id }) => ({ periodId: id, defaultValue: value }));
  }

  #movedBy({ cycle, startsAt, endsAt }: Extract<Edit, { kind: "bounds" }>) {
    const period = this.#definition.periods[cycle - 1];
    if (period === undefined) return { id: 1 };
    const of = { startsAt: Date.parse(period.startDate) };
    const startDate = startsAt === undefined ? {} : { startDate: formatInstant(momentOf(startsAt, of, this.#now)) };
    return { id: period.id, ...startDate, endDate: formatInstant(momentOf(endsAt, of, this.#now)) };
  }

  #appendedBy({ daysLater, value }: Extract<Edit, { kind: "append" }>) {
    const { periods } = this.#definition;
    const startsAt = startOfAppended(Date.parse(periods.at(-1)?.endDate ?? ""), daysLater, this.#now);
    const defaultValues = value === undefined ? [] : [{ targetId: this.group.targetId, defaultValue: value }];
    const [startDate, endDate] = [formatInstant(startsAt), formatInstant(startsAt + 20 * hour)];
    return { refCode: `c${periods.length + 1}`, startDate, endDate, defaultValues };
  }

  async #send({ type, minutesAgo, cents, names }: Sent, lags: boolean): Promise<void> {
    const activityId = `a${this.#arrivals.length}`;
    const occurredAt = this.#now - minutesAgo * minute;
    const originalActivityId = type === "RETURN" && names !== undefined ? `a${names}` : undefined;
    const { customerId } = this;
    const body = { activityId, customerId, type, occurredAt: formatInstant(occurredAt), amount: cents / 100 };
    const till = this.#place.tills[lags ? 1 : 0];
    const { data } = (await ok(till.post("/activities", { ...body, originalActivityId }, this.#at))).body;
    for (const { periodRefCode, milestonesReached } of data.targets)
      this.#reached.push(...namesOf(milestonesReached).map((name) => `${periodRefCode} ${name}`));
    const isActive = !data.notCounted.some(({ reason }: { reason: string }) => reason === "TARGET_INACTIVE");
    expectOneOf(this.#brakesInForce(), isActive);
    const amount = decimal(cents / 100);
    this.#arrivals.push({ activity: { activityId, type, occurredAt, amount, originalActivityId }, isActive });
  }

  /** Whether the brake may be off or on for an activity of now: processes keep a definition for less than 30 s. */
  #brakesInForce(): boolean[] {
    const isOver = (next: { readonly at: Instant } | undefined) =>
      next !== undefined && next.at <= this.#now - cachedMilliseconds;
    return this.#brake.filter((_, place) => !isOver(this.#brake[place + 1])).map(({ isActive }) => isActive);
  }

  /** Closes the customer's ended cycles. A worker may lag, and close by the definition that it has read before. */
  async #sweep(lags = false): Promise<void> {
    const mayLag = this.#now - this.#closing.since < cachedMilliseconds;
    if (!lags || !mayLag) this.#closing = { since: this.#now, closing: new CustomerClosing(this.#place.table) };
    const { org } = this.#place.org;
    await this.#closing.closing.close({ org, customerId: this.customerId, group: this.group }, this.#now);
  }

  /** Ends the programme, and compares what is read with what the final definition says. Answers its version. */
  async expectItsEnd(): Promise<number> {
    await this.#sweep();
    const { sums, met, streakValue } = earnedBy(this.#final(), this.#arrivals, this.#now);
    const state = await this.#read();
    const cycles = state?.targets.map(
      ({ periodRefCode, targetAchievedValue, targetAchievedDateTime, targetValue }) => ({
        periodRefCode,
        targetAchievedValue,
        targetValue,
        isReached: targetAchievedDateTime !== null,
      }),
    );
    const expected = this.#definition.periods.map((_, place) => ({
      periodRefCode: `c${place + 1}`,
      targetAchievedValue: Math.max(0, Number(sums[place]) / 10_000),
      targetValue: this.#valueOf(place),
      isReached: met[place],
    }));
    expectSame(cycles, expected);
    const kept = state?.targets.flatMap(({ periodRefCode, milestones }) =>
      namesOf((milestones ?? []).filter(({ isAchieved }) => isAchieved)).map((name) => `${periodRefCode} ${name}`),
    );
    expectSame(kept?.toSorted(), this.#reached.toSorted());
    const counts = new Set(state?.streaks.map(({ currentCount }) => currentCount));
    expectSame([...counts], this.#kind.trackingType === "DEFAULT" ? [] : [streakValue]);
    await this.#expectItsLog();
    return this.#definition.version;
  }

  async #read() {
    const query = { includeInactive: true, includeInactiveTargets: true };
    const calledAt = { headers: { "x-local-now": this.#at.now } };
    const { typed } = this.#place.org.reader;
    const { targetGroups } = unwrap(await typed.getUserTargetGroups(this.customerId, query, calledAt));
    return targetGroups.find(({ id }) => id === this.group.groupId);
  }

  /** The log has an edit for each version but the first, which is the creation. */
  async #expectItsLog(): Promise<void> {
    const path = `/targetGroups/${this.group.groupId}/auditLogs?limit=200`;
    const { data } = (await ok(this.#place.org.reader.get(path))).body;
    const versions = [...new Set<number>(data.map(({ version }: { version: number }) => version))];
    expectSame(
      versions,
      Array.from({ length: this.#edits + 1 }, (_, place) => this.#edits + 1 - place),
    );
    expectSame(this.#definition.version, this.#edits + 1);
  }

  #final(): FinalDefinition {
    const { trackingType, trackFromEnrollmentDate } = this.#kind;
    return {
      isContinuous: trackingType === "STREAKS",
      fromCycle: 1,
      countsFrom: trackFromEnrollmentDate ? this.#enrolledAt : undefined,
      cycles: this.#definition.periods.map(({ startDate, endDate }, place) => ({
        start: Date.parse(startDate),
        end: Date.parse(endDate),
        value: decimal(this.#valueOf(place)),
      })),
    };
  }

  #valueOf(place: number): number {
    const values = this.#definition.targets[0]?.defaultValues ?? [];
    return (values[place] ?? values.at(-1))?.defaultValue ?? Number.NaN;
  }
}

function asTrigger(triggerValue: number) {
  return { triggerName: `${triggerValue}%`, triggerValueType: "PERCENTAGE", triggerValue };
}

function namesOf(rows: readonly { readonly triggerName: string }[]): string[] {
  return rows.map(({ triggerName }) => triggerName);
}

function expectSame(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

function expectOneOf(expected: readonly unknown[], actual: unknown): void {
  expect(expected).toContain(actual);
}

function bodyOf({ trackingType, trackFromEnrollmentDate, rewardAllocation }: Kind): Record<string, unknown> {
  const target = {
    name: "Spend",
    targetEntity: "TRANSACTION",
    targetType: "SALES",
    defaultValues: [{ defaultValue: 50 }],
  };
  return {
    name: randomUUID(),
    trackingType,
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    periods: Array.from({ length: 5 }, (_, index) => ({
      refCode: `c${index + 1}`,
      startDate: formatInstant(startOfCycle(index + 1)),
      endDate: formatInstant(startOfCycle(index + 1) + 20 * hour),
    })),
    targets: [
      { ...target, trackFromEnrollmentDate, rewardAllocation, targetMilestoneTriggers: [30, 60].map(asTrigger) },
    ],
    streaks: trackingType === "DEFAULT" ? [] : [{ name: "l1", targetCountOfSequence: 2 }],
  };
}
