import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type RouteName, routeNames, routes } from "../../shared/http/routes.ts";
import type { ApiResponse } from "../support/apiClient.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { ok, type TestOrg, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { once } from "../support/setting.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";

const service = useService();

const now = during(1);

/** The ids that a request names. They belong to another org, or to nobody. */
type Ids = { readonly groupId: number; readonly targetId: number; readonly customerId: number };

/**
 * Two orgs. The other one has more groups than ours, so its last group and target have ids that ours does not have. Its
 * own customer is enrolled there. Nobody's ids have as many digits, so that answers can be compared to the byte.
 */
async function twoOrgs() {
  const [own, other] = [await service.newOrg(), await service.newOrg()];
  const ownGroup = await own.createGroup();
  await other.createGroup();
  const otherGroup = await other.createGroup(milestone({ name: `Secret plan ${randomUUID()}` }));
  const [ownCustomer, otherCustomer] = [await own.newCustomer(), await other.newCustomer()];
  expectAccepted(await other.enroll(otherGroup, { customerId: otherCustomer }, { now }), otherCustomer);
  const foreign: Ids = { groupId: otherGroup.groupId, targetId: otherGroup.targetId, customerId: otherCustomer };
  const unknown: Ids = { groupId: 7, targetId: 7, customerId: otherCustomer + 8_000 };
  return {
    own,
    ownIds: { groupId: ownGroup.groupId, targetId: ownGroup.targetId, customerId: ownCustomer },
    other,
    otherGroup,
    foreign,
    unknown,
  };
}

type TwoOrgs = Awaited<ReturnType<typeof twoOrgs>>;

/** Status, body and headers, without the ids asked for and the date. They are compared to the byte. */
function comparable({ status, body, headers }: ApiResponse, { groupId, targetId, customerId }: Ids) {
  const ids = new RegExp(`\\b(${groupId}|${targetId}|${customerId})\\b`, "g");
  const { date: _, ...rest } = Object.fromEntries(headers);
  return { status, body: JSON.stringify(body).replace(ids, "<id>"), headers: rest };
}

type Case = {
  readonly route: RouteName;
  readonly named: string;
  readonly code: number | null;
  readonly call: (org: TestOrg, own: Ids, named: Ids) => Promise<ApiResponse>;
};

type EnrollmentRoute =
  | "enroll"
  | "unenroll"
  | "simulateEnrollment"
  | "simulateUnenrollment"
  | "adjust"
  | "excuse"
  | "unexcuse"
  | "grantFreezes";

/** `fields` are those of the record besides the customer. */
const enrollment = (route: EnrollmentRoute, action: string, fields: object = {}): readonly Case[] => [
  {
    route,
    named: "group",
    code: 310017,
    call: ({ support }, { targetId, customerId }, { groupId }) =>
      support.post(`/targetGroups/${groupId}/targets/${targetId}/${action}`, [{ customerId, ...fields }], { now }),
  },
  {
    route,
    named: "group and target",
    code: 310017,
    call: ({ support }, { customerId }, { groupId, targetId }) =>
      support.post(`/targetGroups/${groupId}/targets/${targetId}/${action}`, [{ customerId, ...fields }], { now }),
  },
  {
    route,
    named: "target",
    code: 310018,
    call: ({ support }, { groupId, customerId }, { targetId }) =>
      support.post(`/targetGroups/${groupId}/targets/${targetId}/${action}`, [{ customerId, ...fields }], { now }),
  },
  {
    route,
    named: "customer",
    code: 310011,
    call: ({ support }, { groupId, targetId }, { customerId }) =>
      support.post(`/targetGroups/${groupId}/targets/${targetId}/${action}`, [{ customerId, ...fields }], { now }),
  },
  {
    route,
    named: "group, target and customer",
    code: 310017,
    call: ({ support }, _, { groupId, targetId, customerId }) =>
      support.post(`/targetGroups/${groupId}/targets/${targetId}/${action}`, [{ customerId, ...fields }], { now }),
  },
];

type Edit = (admin: TestOrg["admin"], path: string) => Promise<ApiResponse>;

/** What an admin may ask about a group. */
const groupEdits: readonly (readonly [RouteName, Edit])[] = [
  [
    "editTargetGroup",
    (admin, path) =>
      admin.put(path.replace("/targetGroups", "/targetGroups/editTargetGroup"), { active: false }, { now }),
  ],
  ["deleteTargetGroup", (admin, path) => admin.send("DELETE", path, undefined, { now })],
  ["editTargetPeriods", (admin, path) => admin.put(`${path}/targetPeriods`, [{ id: 1, description: "Ours" }], { now })],
  ["appendTargetPeriods", (admin, path) => admin.post(`${path}/targetPeriods`, [appended], { now })],
  ["addTarget", (admin, path) => admin.post(`${path}/targets`, milestone().targets[0], { now })],
  ["getAuditLogs", (admin, path) => admin.get(`${path}/auditLogs`, { now })],
];

/** What an admin may ask about a target. */
const targetEdits: readonly (readonly [RouteName, Edit])[] = [
  ["editTarget", (admin, path) => admin.put(path, { name: "Ours" }, { now })],
  ["deactivateTarget", (admin, path) => admin.send("DELETE", path, undefined, { now })],
];

const appended = { refCode: "ours", startDate: firstInstantOf(6), endDate: firstInstantOf(7) };

const edits: readonly Case[] = [
  ...groupEdits.map(([route, edit]) => ({
    route,
    named: "group",
    code: 310017,
    call: ({ admin }: TestOrg, _: Ids, { groupId }: Ids) => edit(admin, `/targetGroups/${groupId}`),
  })),
  ...targetEdits.map(([route, edit]) => ({
    route,
    named: "group and target",
    code: 310017,
    call: ({ admin }: TestOrg, _: Ids, ids: Ids) => edit(admin, targetPath(ids)),
  })),
  ...targetEdits.map(([route, edit]) => ({
    route,
    named: "target",
    code: 310018,
    call: ({ admin }: TestOrg, { groupId }: Ids, { targetId }: Ids) => edit(admin, targetPath({ groupId, targetId })),
  })),
];

const cases: readonly Case[] = [
  ...edits,
  ...enrollment("enroll", "enroll"),
  ...enrollment("unenroll", "unEnroll"),
  ...enrollment("adjust", "adjust", { adjustmentId: "a-1", amount: 5, reason: "A test" }),
  ...enrollment("excuse", "excuse", { periodName: "c1", reason: "A test" }),
  ...enrollment("unexcuse", "unExcuse", { periodName: "c1", reason: "A test" }),
  ...enrollment("grantFreezes", "freezes", { grantId: "g-1", amount: 1, reason: "A test" }),
  ...enrollment("simulateEnrollment", "enroll/simulate"),
  ...enrollment("simulateUnenrollment", "unEnroll/simulate"),
  {
    route: "getTargetGroup",
    named: "group",
    code: 310017,
    call: ({ reader }, _, { groupId }) => reader.get(`/targetGroups/${groupId}`, { now }),
  },
  {
    route: "getCustomer",
    named: "customer",
    code: 310011,
    call: ({ reader }, _, { customerId }) => reader.get(`/customers/${customerId}`, { now }),
  },
  {
    route: "eraseCustomer",
    named: "customer",
    code: 310011,
    call: ({ admin }, _, { customerId }) =>
      admin.send("DELETE", `/customers/${customerId}?mode=ERASE`, undefined, { now }),
  },
  {
    route: "exportCustomer",
    named: "customer",
    code: 310011,
    call: ({ admin }, _, { customerId }) => admin.get(`/customers/${customerId}/export`, { now }),
  },
  {
    route: "getErasure",
    named: "customer",
    code: 310011,
    call: ({ admin }, _, { customerId }) => admin.get(`/erasures/${customerId}`, { now }),
  },
  {
    route: "getUserTargetGroups",
    named: "customer",
    code: 310011,
    call: ({ reader }, _, { customerId }) => reader.get(`/users/${customerId}/targetGroups`, { now }),
  },
  {
    route: "getUserTargetGroups",
    named: "target, asked for in the query,",
    code: null,
    call: ({ reader }, { customerId }, { targetId }) =>
      reader.get(`/users/${customerId}/targetGroups?targetRuleId=${targetId}`, { now }),
  },
  {
    route: "getEnrolledTargets",
    named: "customer",
    code: 310011,
    call: ({ reader }, _, { customerId }) => reader.get(`/users/${customerId}/enrolledTargets`, { now }),
  },
  {
    route: "getTrackedTargetEvents",
    named: "customer",
    code: 310011,
    call: ({ reader }, { targetId }, { customerId }) =>
      reader.get(`/users/${customerId}/trackedTargetEvents/${targetId}`, { now }),
  },
  {
    route: "getTrackedTargetEvents",
    named: "target",
    code: 310149,
    call: ({ reader }, { customerId }, { targetId }) =>
      reader.get(`/users/${customerId}/trackedTargetEvents/${targetId}`, { now }),
  },
  {
    route: "listTargetCustomers",
    named: "group and target",
    code: 310017,
    call: ({ reader }, _, ids) => reader.get(`${targetPath(ids)}/customers`, { now }),
  },
  {
    route: "listTargetCustomers",
    named: "target",
    code: 310018,
    call: ({ reader }, { groupId }, { targetId }) =>
      reader.get(`${targetPath({ groupId, targetId })}/customers`, { now }),
  },
  {
    route: "getTargetStatistics",
    named: "group and target",
    code: 310017,
    call: ({ reader }, _, ids) => reader.get(`${targetPath(ids)}/statistics`, { now }),
  },
  {
    route: "getTargetStatistics",
    named: "target",
    code: 310018,
    call: ({ reader }, { groupId }, { targetId }) =>
      reader.get(`${targetPath({ groupId, targetId })}/statistics`, { now }),
  },
  {
    route: "simulateActivities",
    named: "customer",
    code: 310011,
    call: ({ till }, _, { customerId }) => till.post("/activities/simulate", { ...activity, customerId }, { now }),
  },
  {
    route: "recordActivities",
    named: "customer",
    code: 310011,
    call: ({ till }, _, { customerId }) => till.post("/activities", { ...activity, customerId }, { now }),
  },
  {
    route: "putCustomer",
    named: "customer",
    code: null,
    call: ({ admin }, _, { customerId }) => admin.put(`/customers/${customerId}`, { firstName: "Ours" }, { now }),
  },
];

const activity = { activityId: "till-1", type: "TRANSACTION", occurredAt: now, amount: 5 };

it("covers every route that takes an id in its path", () => {
  const withId = routeNames.filter((name) => routes[name].path.includes("{"));
  expect(withId.filter((name) => !cases.some(({ route }) => route === name))).toEqual([]);
});

/** The orgs of the requests that are refused, because these leave the orgs as they are. */
const refusingOrgs = once(twoOrgs);

describe("a thing of another org is answered like one that nobody has:", () => {
  it.each(cases)("$route, $named: $code", async ({ code, call }) => {
    const { own, ownIds, foreign, unknown }: TwoOrgs = await (code === null ? twoOrgs() : refusingOrgs());
    const onForeign = await call(own, ownIds, foreign);
    const onUnknown = await call(own, ownIds, unknown);
    expect(comparable(onForeign, foreign)).toEqual(comparable(onUnknown, unknown));
    expect(onForeign.body.errors?.map((error) => error.code) ?? null).toEqual(code === null ? null : [code]);
  });
});

describe("one org's requests", () => {
  it("change nothing of another org's, whatever ids they name", async () => {
    const { own, ownIds, other, otherGroup, foreign } = await twoOrgs();
    const profile = { firstName: "Theirs", lastName: "Only", externalId: "x-1" };
    await ok(other.admin.put(`/customers/${foreign.customerId}`, profile, { now }));
    const read = async () => [
      (await other.reader.get(`/customers/${foreign.customerId}`, { now })).body,
      (await other.reader.get(`/users/${foreign.customerId}/targetGroups?includeInactive=true`, { now })).body,
      (await other.reader.get(`/targetGroups/${foreign.groupId}`, { now })).body,
    ];
    const before = await read();
    for (const { call } of cases) await call(own, ownIds, foreign);
    expect(await read()).toEqual(before);
    expect(await other.readState(otherGroup, foreign.customerId, { now })).toBeDefined();
  });

  it("with the same ids in both orgs reach only their own: 310126 here, 310119 there", async () => {
    const [own, other] = [await service.newOrg(), await service.newOrg()];
    const [ownGroup, otherGroup] = [await own.createGroup(), await other.createGroup()];
    expect(ownGroup.groupId).toBe(otherGroup.groupId);
    expect(ownGroup.targetId).toBe(otherGroup.targetId);
    const customerId = await other.newCustomer();
    await ok(own.admin.put(`/customers/${customerId}`, {}));
    expectAccepted(await other.enroll(otherGroup, { customerId }, { now }), customerId);
    expectRefused(await own.unenroll(ownGroup, customerId, { now }), 400, 310126);
    expectRefused(await other.enroll(otherGroup, { customerId }, { now }), 400, 310119);
    expect(await own.readState(ownGroup, customerId, { now })).toBeUndefined();
    expectAccepted(await own.enroll(ownGroup, { customerId }, { now }), customerId);
    expectAccepted(await other.unenroll(otherGroup, customerId, { now }), customerId);
    expect(await own.readState(ownGroup, customerId, { now })).toBeDefined();
  });

  it("list only their own groups", async () => {
    const [own, other] = [await service.newOrg(), await service.newOrg()];
    await other.createGroup();
    expect((await own.reader.get("/targetGroups")).body.data).toEqual([]);
    const { groupId } = await own.createGroup(milestone({ name: "Ours" }));
    const { data } = (await own.reader.get("/targetGroups")).body;
    expect(data.map(({ id, name }: { id: number; name: string }) => ({ id, name }))).toEqual([
      { id: groupId, name: "Ours" },
    ]);
  });

  it("cannot choose an org: a field or header of that name is ignored", async () => {
    const { own, ownIds, other, otherGroup, foreign } = await twoOrgs();
    const { groupId, targetId, customerId } = foreign;
    const headers = { "x-org": other.org, "x-milestreak-org": other.org };
    const body = [{ customerId, org: other.org }];
    const response = await own.till.post(`/targetGroups/${groupId}/targets/${targetId}/unEnroll`, body, {
      now,
      headers,
    });
    expectRefused(response, 400, 310017);
    const read = await own.reader.get(`/customers/${customerId}?org=${other.org}`, { now, headers });
    expectRefused(read, 400, 310011);
    expect(await other.readState(otherGroup, customerId, { now })).toBeDefined();
    const taken = await own.till.post(
      `/targetGroups/${ownIds.groupId}/targets/${ownIds.targetId}/enroll`,
      [{ customerId: ownIds.customerId, org: other.org }],
      { now },
    );
    expectAccepted(taken, ownIds.customerId, [/^"org" was ignored/]);
  });
});
