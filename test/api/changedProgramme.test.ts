import { describe, expect, it } from "vitest";
import type { ApiResponse, RequestOptions } from "../support/apiClient.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

const now = during(1);
const after = (instant: string, milliseconds: number) => new Date(Date.parse(instant) + milliseconds).toISOString();

const visits = {
  name: "Visits",
  targetEntity: "TRANSACTION",
  targetType: "VISIT",
  defaultValues: [{ defaultValue: 3 }],
};
const sixth = { refCode: "c6", startDate: firstInstantOf(6), endDate: firstInstantOf(7) };

type Edit = (org: TestOrg, group: TestGroup, options: RequestOptions) => Promise<ApiResponse>;

/** One edit by each route that edits. */
const edits: readonly (readonly [string, Edit])[] = [
  [
    "of the group",
    ({ admin }, { groupId }, options) =>
      admin.put(`/targetGroups/editTargetGroup/${groupId}`, { description: "new" }, options),
  ],
  [
    "of a cycle",
    ({ admin }, { groupId, cycleIds: [id] }, options) =>
      admin.put(`/targetGroups/${groupId}/targetPeriods`, [{ id, description: "new" }], options),
  ],
  [
    "that appends a cycle",
    ({ admin }, { groupId }, options) => admin.post(`/targetGroups/${groupId}/targetPeriods`, [sixth], options),
  ],
  ["of a target", ({ admin }, group, options) => admin.put(targetPath(group), { name: "new" }, options)],
  [
    "that adds a target",
    ({ admin }, { groupId }, options) => admin.post(`/targetGroups/${groupId}/targets`, visits, options),
  ],
  ["that stops a target", ({ admin }, group, options) => admin.send("DELETE", targetPath(group), undefined, options)],
];

const versionsOf = async ({ reader }: TestOrg, { groupId }: TestGroup): Promise<number[]> => {
  const { data } = (await ok(reader.get(`/targetGroups/${groupId}/auditLogs?limit=200`))).body;
  return [...new Set<number>(data.map(({ version }: { version: number }) => version))];
};

describe.each(edits)("an edit %s", (_, edit) => {
  it("makes the next version, of its time and its editor, and is in the audit log", async () => {
    const { org, group } = await newSetting(service);
    const { body, headers } = await ok(edit(org, group, { now, headers: { "If-Match": '"1"' } }));
    const by = org.credentials.admin.username;
    expect(body.data).toMatchObject({ version: 2, attribution: { lastUpdatedOn: now, lastUpdatedBy: by } });
    expect(headers.get("etag")).toBe('"2"');
    expect((await ok(org.reader.get(`/targetGroups/${group.groupId}`, { now }))).body.data).toEqual(body.data);
    expect(await versionsOf(org, group)).toEqual([2, 1]);
  });

  it("is refused with 300004 (412) when If-Match names another version, and changes nothing", async () => {
    const { org, group } = await newSetting(service);
    const stale = { now, headers: { "If-Match": '"7"' } };
    expectRefused(await edit(org, group, stale), 412, 300004, /is at version 1, /);
    expect(await versionsOf(org, group)).toEqual([1]);
  });
});

it("20 edits at once are each made, or answered 4001 and not made: version n has n − 1 edits in its audit log", async () => {
  const { org, group } = await newSetting(service);
  const names = Array.from({ length: 20 }, (_, index) => `name ${index}`);
  const path = `/targetGroups/${group.groupId}/targetPeriods`;
  const answers = await Promise.all(
    names.map((description) => org.admin.put(path, [{ id: group.cycleIds[0], description }], { now })),
  );
  for (const answer of answers) if (answer.status !== 200) expectRefused(answer, 503, 4001, /Nothing was changed/);
  const made = answers.filter(({ status }) => status === 200);
  const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`, { now }))).body;
  expect(data.version).toBe(made.length + 1);
  const log = (await ok(org.reader.get(`/targetGroups/${group.groupId}/auditLogs?limit=200`))).body.data;
  const changes = log
    .slice(0, -1)
    .map(({ version, newValue }: { version: number; newValue: string }) => [version, newValue]);
  expect(changes).toEqual(
    made
      .map(({ body }) => [body.data.version, body.data.periods[0].description])
      .toSorted(([one], [other]) => other - one),
  );
});

function spend(
  { org, customerId }: Pick<Setting, "org" | "customerId">,
  activityId: string,
  occurredAt: string,
  at = occurredAt,
) {
  const activity = { activityId, customerId, type: "TRANSACTION", occurredAt, amount: 1000 };
  return ok(org.till.post("/activities", activity, { now: at }));
}

it("what arrives while a group is stopped does not count for good, also when it is repeated after the group goes on", async () => {
  const one = await newSetting(service);
  const { org, group, customerId } = one;
  const set = (active: boolean, at: string) =>
    ok(org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, { active }, { now: at }));
  await ok(org.enroll(group, { customerId }, { now }));
  await set(false, now);
  const stopped = after(now, 30_000);
  const first = (await spend(one, "a", now, stopped)).body.data;
  expect(first).toMatchObject({ targets: [], notCounted: [{ reason: "TARGET_INACTIVE" }] });
  await set(true, stopped);
  const on = after(stopped, 30_000);
  expect((await spend(one, "a", now, on)).body.data).toEqual(first);
  // What happened before the stop, and arrives after it, counts.
  await spend(one, "b", now, on);
  const state = await org.readState(group, customerId, { now: on });
  expect(state?.targets[0]).toMatchObject({ targetAchievedValue: 1000 });
});

it.each([
  ["in the order in which they happened", ["before", "after"]],
  ["in the other order", ["after", "before"]],
])("an end that was moved to earlier stops by what happened: activities that arrive %s", async (_, order) => {
  const one = await newSetting(service, milestone({ cycles: 1 }));
  const { org, group, customerId } = one;
  await ok(org.enroll(group, { customerId }, { now }));
  const end = during(1, 20);
  await ok(
    org.admin.put(`/targetGroups/${group.groupId}/targetPeriods`, [{ id: group.cycleIds[0], endDate: end }], { now }),
  );
  const arrives = during(1, 25);
  const happened = { before: after(end, -1), after: end };
  for (const when of order) await spend(one, when, when === "before" ? happened.before : happened.after, arrives);
  const state = await org.readState(group, customerId, { now: arrives });
  expect(state?.targets).toMatchObject([{ targetAchievedValue: 1000 }]);
});

describe("a streak of 1000 days in a zone with daylight saving time", () => {
  const { periods: _, ...rest } = streak({ levels: [5] });
  const rule = { frequencyType: "DAILY", frequency: 1, recurringCycles: 1000, fromDate: "2030-01-01" };
  const body = { ...rest, ...rule, timeZoneName: "Europe/Vienna" };

  it.each([
    ["of 23 hours", ["2030-03-29T23:00Z", "2030-03-30T23:00Z", "2030-03-31T22:00Z", "2030-04-01T22:00Z"], "2030-03-30"],
    ["of 25 hours", ["2030-10-25T22:00Z", "2030-10-26T22:00Z", "2030-10-27T23:00Z", "2030-10-28T23:00Z"], "2030-10-26"],
  ])(
    "counts the first and the last instant before, on and after a day %s, and the run goes on",
    async (__, starts, firstDay) => {
      const one = await newSetting(service, body);
      const { org, group, customerId } = one;
      const closing = new CustomerClosing(service.table);
      await ok(org.enroll(group, { customerId }, { now: after(starts[0] ?? "", 0) }));
      for (const [index, start] of starts.slice(0, 3).entries()) {
        const last = after(starts[index + 1] ?? "", -1);
        await closing.close({ org: org.org, customerId, group }, Date.parse(start));
        const half = (activityId: string, occurredAt: string) =>
          ok(
            org.till.post(
              "/activities",
              { activityId, customerId, type: "TRANSACTION", occurredAt, amount: 500 },
              { now: occurredAt },
            ),
          );
        const refCode = after(`${firstDay}T00:00Z`, index * 24 * 60 * 60 * 1000).slice(0, 10);
        const first = { periodRefCode: refCode, newAchievedValue: 500, reached: false, streakValue: index };
        expect((await half(`first-${index}`, after(start, 0))).body.data.targets).toMatchObject([first]);
        const second = { periodRefCode: refCode, newAchievedValue: 1000, reached: true, streakValue: index + 1 };
        expect((await half(`last-${index}`, last)).body.data.targets).toMatchObject([second]);
      }
    },
  );
});
