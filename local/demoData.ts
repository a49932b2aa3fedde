import { hashSecret } from "../shared/auth/secret.ts";
import type { AccessGroup } from "../shared/domain/accessGroups.ts";
import type { TargetGroupDraft } from "../shared/domain/drafting.ts";
import type { Instant } from "../shared/domain/instant.ts";
import { createdBy, type TargetGroup } from "../shared/domain/targetGroup.ts";
import { createTargetGroup } from "../shared/operations/createTargetGroup.ts";
import { putCustomer } from "../shared/operations/putCustomer.ts";
import type { Table } from "../shared/table/client.ts";
import { createCredential } from "../shared/table/credentials.ts";
import { isRegistered } from "../shared/table/customers.ts";
import { findEnrollment } from "../shared/table/enrollments.ts";
import { findTargetGroup, listTargetGroupIds } from "../shared/table/targetGroups.ts";
import { historyDays, seedDemoHistory } from "./demoHistory.ts";

/** The secret of the demo credentials. Everybody can read it here, and they exist on a laptop only. */
export const demoSecret = "demo-secret";

export const demoCredentials: readonly {
  readonly username: string;
  readonly org: string;
  readonly accessGroup: AccessGroup;
}[] = [
  { username: "demo-till", org: "100", accessGroup: "default" },
  { username: "demo-admin", org: "100", accessGroup: "admin" },
  { username: "demo-support", org: "100", accessGroup: "support" },
  { username: "demo-reader", org: "100", accessGroup: "read-only" },
  { username: "other-till", org: "200", accessGroup: "default" },
  { username: "other-admin", org: "200", accessGroup: "admin" },
];

export const demoOrg = "100";
const firstCustomerId = 345651201;
const customerCount = 10;
const monthlyCycles = 5;
const dailyCycles = 30;

/** The last of the ten customers has the history. The others are free for trying an enrolment. */
export const demoCustomerWithHistory = firstCustomerId + customerCount - 1;

/** A customer and a target that can be used for a first enrolment. */
export type DemoEnrollment = { readonly groupId: number; readonly targetId: number; readonly customerId: number };

export type DemoData = {
  readonly enrollment: DemoEnrollment;
  /** Whether {@link demoCustomerWithHistory} received the history at this start. */
  readonly hasNewHistory: boolean;
};

/**
 * Creates the missing demo data and answers an enrolment that is still possible. The data are a milestone whose first
 * cycle is this month, a streak that started some days ago, and ten customers, one of them with a history.
 */
export async function seedDemoData(table: Table, now: Instant): Promise<DemoData> {
  for (const { username, org, accessGroup } of demoCredentials) {
    await createCredential(table, { username, org, accessGroup, secret: hashSecret(demoSecret) }, now);
  }
  const historyBegin = now - historyDays * dayMilliseconds;
  const milestone = await ensureGroup(table, monthlyMilestone(now), historyBegin);
  const streak = await ensureGroup(table, dailyStreak(now), historyBegin);
  const customerIds = Array.from({ length: customerCount }, (_, index) => firstCustomerId + index);
  await Promise.all(customerIds.map((customerId) => ensureCustomer(table, customerId, now)));
  const owner = { org: demoOrg, customerId: demoCustomerWithHistory };
  const hasNewHistory = await seedDemoHistory(table, owner, [milestone, streak], now);
  return { enrollment: await freeEnrollment(table, milestone, now), hasNewHistory };
}

async function ensureGroup(table: Table, wanted: TargetGroupDraft, now: Instant): Promise<TargetGroup> {
  const created = await createTargetGroup(table, demoOrg, wanted, now);
  if (typeof created !== "string") return created;
  for (const id of await listTargetGroupIds(table, demoOrg, 1_000, 0)) {
    const group = await findTargetGroup(table, demoOrg, id);
    if (group?.name === wanted.name) return group;
  }
  throw new Error(`The demo group ${wanted.name} is neither new nor there`);
}

async function ensureCustomer(table: Table, customerId: number, now: Instant): Promise<void> {
  if (await isRegistered(table, demoOrg, customerId)) return;
  const profile = { firstName: "Demo", lastName: `Customer ${customerId}`, externalId: undefined };
  await putCustomer(table, demoOrg, customerId, profile, now);
}

/** The first demo customer who was never enrolled in the milestone. When all ten were, a new customer is registered. */
async function freeEnrollment(table: Table, group: TargetGroup, now: Instant): Promise<DemoEnrollment> {
  const targetId = group.targets[0]?.id;
  if (targetId === undefined) throw new Error("The demo milestone has no target");
  for (let customerId = firstCustomerId; ; customerId += 1) {
    const ref = { org: demoOrg, customerId, groupId: group.id, targetId };
    if ((await findEnrollment(table, ref)) !== undefined) continue;
    await ensureCustomer(table, customerId, now);
    return { groupId: group.id, targetId, customerId };
  }
}

function monthlyMilestone(now: Instant): TargetGroupDraft {
  const today = new Date(now);
  const month = (offset: number) => Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + offset, 1);
  return {
    ...draft(`Spend 1000 a month, from ${isoDate(month(0)).slice(0, 7)}`, "DEFAULT", now),
    cycles: Array.from({ length: monthlyCycles }, (_, index) =>
      cycle(index + 1, isoDate(month(index)).slice(0, 7), month(index), month(index + 1)),
    ),
    targets: [target("Monthly spend", "SALES", 1000)],
    levels: [],
    initialFreezes: 0,
  };
}

function dailyStreak(now: Instant): TargetGroupDraft {
  const firstDay = Math.floor(now / dayMilliseconds) - historyDays - 1;
  const day = (offset: number) => (firstDay + offset) * dayMilliseconds;
  return {
    ...draft(`A visit a day, from ${isoDate(day(0)).slice(0, 7)}`, "STREAKS", now),
    cycles: Array.from({ length: dailyCycles }, (_, index) =>
      cycle(index + 1, isoDate(day(index)), day(index), day(index + 1)),
    ),
    targets: [target("Daily visit", "VISIT", 1)],
    levels: [3, 5, 7].map((cyclesToMeet) => ({ name: `${cyclesToMeet} days in a row`, cyclesToMeet })),
    initialFreezes: 0,
  };
}

const dayMilliseconds = 24 * 60 * 60 * 1000;

function draft(name: string, trackingType: TargetGroupDraft["trackingType"], now: Instant) {
  const attribution = createdBy(undefined, now);
  return {
    attribution,
    name,
    description: "Demo data",
    isActive: true,
    trackingType,
    timeZone: "UTC",
    enrollmentOpens: undefined,
    enrollmentCloses: undefined,
    cycleRule: undefined,
    closingOffsets: [{ fromCycle: 1, days: 0 }],
  };
}

function cycle(
  number: number,
  refCode: string,
  startsAt: Instant,
  endsAt: Instant,
): TargetGroupDraft["cycles"][number] {
  const startDate = isoDate(startsAt);
  const endDate = isoDate(endsAt - 1);
  return { number, refCode, description: undefined, startsAt, endsAt, startDate, endDate };
}

function target(name: string, type: "SALES" | "VISIT", value: number): TargetGroupDraft["targets"][number] {
  return {
    name,
    description: undefined,
    isActive: true,
    entity: "TRANSACTION",
    eventName: undefined,
    type,
    attributeName: undefined,
    tracksFromEnrollmentDate: false,
    enrollmentMethod: "IMPORT",
    rewardAllocation: "IMMEDIATE",
    rules: [],
    values: [BigInt(value) * 10_000n],
    reminders: [],
    revaluation: undefined,
  };
}

function isoDate(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}
