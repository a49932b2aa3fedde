import type { ApiClient } from "../support/apiClient.ts";
import { ok } from "../support/org.ts";

export const customerId = 345651201;
/** The time at which the pictures are taken. */
export const now = "2030-03-20T10:30:00Z";

const dayMilliseconds = 24 * 60 * 60 * 1000;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"];
const firstWeek = Date.UTC(2030, 0, 7);
const weeks = 14;

const half = { triggerName: "Half of it", triggerValueType: "PERCENTAGE", triggerValue: 50 };
const threeQuarters = { triggerName: "Nearly there", triggerValueType: "ABSOLUTE", triggerValue: 750 };

const monthly = {
  name: "Spend 1000 a month",
  description: "Rewards club, spring season",
  trackingType: "DEFAULT",
  targetEvaluationType: "FIXED_CALENDAR_WINDOW",
  timeZoneName: "Europe/Berlin",
  periods: months.map((name, index) => ({
    refCode: `${name} 2030`,
    startDate: isoDate(Date.UTC(2030, index, 1)),
    endDate: isoDate(Date.UTC(2030, index + 1, 0)),
  })),
  targets: [{ ...target("Monthly spend", "SALES", 1000), targetMilestoneTriggers: [half, threeQuarters] }],
};

const weekly = {
  name: "A visit a week",
  trackingType: "STREAKS",
  targetEvaluationType: "FIXED_CALENDAR_WINDOW",
  timeZoneName: "Europe/Berlin",
  periods: Array.from({ length: weeks }, (_, index) => {
    const start = firstWeek + index * 7 * dayMilliseconds;
    return { refCode: `Week ${index + 2}`, startDate: isoDate(start), endDate: isoDate(start + 6 * dayMilliseconds) };
  }),
  targets: [target("Weekly visit", "VISIT", 1)],
  streaks: [
    { name: "Regular", targetCountOfSequence: 3 },
    { name: "Faithful", targetCountOfSequence: 5 },
    { name: "Family", targetCountOfSequence: 8 },
  ],
};

const purchases: readonly (readonly [string, number])[] = [
  ["2030-01-16", 310],
  ["2030-01-23", 420.5],
  ["2030-01-31", 389],
  ["2030-02-13", 96],
  ["2030-02-20", 180],
  ["2030-02-27", 240],
  ["2030-03-06", 215.5],
  ["2030-03-13", 625],
];

/** Two groups, and a customer who has been in both since January. */
export async function seedPictured(admin: ApiClient): Promise<void> {
  const groups = [await create(admin, monthly), await create(admin, weekly)];
  await ok(admin.put(`/customers/${customerId}`, { firstName: "Ada", lastName: "Moreno", externalId: "club-20771" }));
  for (const path of groups) {
    await ok(admin.post(`${path}/enroll`, [{ customerId }], { now: "2030-01-14T08:00:00Z" }));
  }
  for (const [day, amount] of purchases) await spend(admin, `${day}T16:20:00Z`, amount);
}

/** The other members of the monthly group, who make its numbers and its list. */
const others = Array.from({ length: 60 }, (_, index) => customerId + 100 + index);

/** Enrols the other members and lets them buy, each a different sum in each month. */
export async function seedMembers(admin: ApiClient): Promise<void> {
  const { data } = (await ok(admin.get("/targetGroups"))).body;
  const group = data.find(({ name }: { name: string }) => name === monthly.name);
  const path = `/targetGroups/${group.id}/targets/${group.targets[0].id}`;
  for (const [index, member] of others.entries()) {
    await ok(admin.put(`/customers/${member}`, { externalId: `club-${20_900 + index}` }));
    await ok(admin.post(`${path}/enroll`, [{ customerId: member }], { now: "2030-01-02T08:00:00Z" }));
    for (const [month, day] of ["2030-01-20", "2030-02-20", "2030-03-12"].entries()) {
      const amount = 95.5 * ((index * 5 + month * 3) % (15 - month));
      const occurredAt = `${day}T12:00:00Z`;
      const activity = { activityId: day, customerId: member, type: "TRANSACTION", occurredAt, amount };
      if (amount > 0) await ok(admin.post("/activities", activity, { now: occurredAt }));
    }
    if (index % 9 === 8)
      await ok(admin.post(`${path}/unEnroll`, [{ customerId: member }], { now: "2030-03-15T08:00:00Z" }));
  }
}

async function create(admin: ApiClient, group: unknown): Promise<string> {
  const { data } = (await ok(admin.post("/targetGroups", group, { now: "2029-12-03T09:00:00Z" }))).body;
  return `/targetGroups/${data.id}/targets/${data.targets[0].id}`;
}

async function spend(admin: ApiClient, occurredAt: string, amount: number): Promise<void> {
  const activity = { activityId: `till:${occurredAt}`, customerId, type: "TRANSACTION", occurredAt, amount };
  await ok(admin.post("/activities", activity, { now: occurredAt }));
}

function target(name: string, targetType: string, defaultValue: number) {
  return { name, targetEntity: "TRANSACTION", targetType, defaultValues: [{ defaultValue }] };
}

function isoDate(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().slice(0, 10);
}
