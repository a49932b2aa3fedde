import { randomUUID } from "node:crypto";
import { type AccessGroup, accessGroups } from "../../shared/domain/accessGroups.ts";
import type { ProtectedRouteName, RouteName, routes } from "../../shared/http/routes.ts";
import type { Chain } from "../../shared/table/client.ts";
import { ok, type TestOrg, targetPath } from "./org.ts";
import { during, milestone, streak } from "./targetGroups.ts";

/** The HTTP status and the error. The error is a code of the envelope or, on OAuth routes, the word of the standard. */
export type Outcome = { readonly status: number; readonly error?: number | string };

/** The routes behind the authorizer that take a body. */
export type BodyRouteName = {
  [Name in ProtectedRouteName]: (typeof routes)[Name]["method"] extends "POST" | "PUT" ? Name : never;
}[ProtectedRouteName];

/** The access groups that may call a route, and what other callers are answered. */
type Access = {
  readonly groups: readonly AccessGroup[];
  /** The answer to a permitted caller who names things of the own org. */
  readonly own: Outcome;
  /** The answer to a caller of another org who names the same things. */
  readonly other: Outcome;
  /** The answer to everybody else. */
  readonly nobody: Outcome;
};

/** A request for an admin in the first cycle of the built groups. The path is below the stage. */
export type Prepared = { readonly path: string; readonly body?: unknown };

/** The promises that the tests hold each route to. They are written out here, not derived from the route table. */
type RouteContract = {
  readonly access: Access;
  /**
   * The longest chain of requests to the table, one after the other. Some loops end when patience does. Of such a loop
   * only the last request is counted, because it may begin when patience ends.
   */
  readonly chain: Chain;
};
type ProtectedContract = RouteContract & { readonly request: (org: TestOrg) => Promise<Prepared> };

const answered = { status: 200 };
const created = { status: 201 };
const accepted = { status: 202 };
const unknown = { status: 401, error: 401 };
const unknownClient = { status: 401, error: "invalid_client" };
const refused = (error: number) => ({ status: 400, error });

const everybody = accessGroups;
const tills: readonly AccessGroup[] = ["default", "support", "admin"];
const helpers: readonly AccessGroup[] = ["support", "admin"];
const admins: readonly AccessGroup[] = ["admin"];

/**
 * The contract of each route. A route without an entry does not compile. A route behind the authorizer also has a
 * request that succeeds.
 */
export const routeContracts: Readonly<
  Record<RouteName, RouteContract> & Record<ProtectedRouteName, ProtectedContract>
> = {
  enroll: {
    access: { groups: tills, own: answered, other: refused(310017), nobody: unknown },
    /**
     * A definition to judge the record by, two look-ups of the customer, a registration, and a write. Or, with a key, two
     * reads in place of the last two, because an enrolment may have been set aside.
     */
    chain: { requests: 5, patientLoops: 1 },
    request: async (org) => {
      const group = await org.createGroup();
      return { path: `${targetPath(group)}/enroll`, body: [{ customerId: await org.newCustomer() }] };
    },
  },
  unenroll: {
    access: { groups: tills, own: answered, other: refused(310017), nobody: unknown },
    /**
     * The definition, the enrolment in two places, a write, and the second place again. Or two look-ups of the customer
     * in place of the write.
     */
    chain: { requests: 5, patientLoops: 1 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      return { path: `${targetPath(group)}/unEnroll`, body: [{ customerId }] };
    },
  },
  adjust: {
    access: { groups: helpers, own: answered, other: refused(310017), nobody: unknown },
    /**
     * The definition, the enrolment in two places, and two look-ups of the customer. Or a row of settled cycles and the
     * write in place of the look-ups.
     */
    chain: { requests: 5, patientLoops: 1 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      const body = { adjustmentId: randomUUID(), customerId, periodName: "c1", amount: 5, reason: "A test" };
      return { path: `${targetPath(group)}/adjust`, body: [body] };
    },
  },
  excuse: {
    access: { groups: helpers, own: answered, other: refused(310017), nobody: unknown },
    /** The definition, the enrolment in two places, and two look-ups. Or rows of settled cycles and the write. */
    chain: { requests: 5, patientLoops: 1 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(streak()), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      return { path: `${targetPath(group)}/excuse`, body: [{ customerId, periodName: "c1", reason: "A test" }] };
    },
  },
  unexcuse: {
    access: { groups: helpers, own: answered, other: refused(310017), nobody: unknown },
    chain: { requests: 5, patientLoops: 1 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(streak()), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      return { path: `${targetPath(group)}/unExcuse`, body: [{ customerId, periodName: "c1", reason: "A test" }] };
    },
  },
  grantFreezes: {
    access: { groups: helpers, own: answered, other: refused(310017), nobody: unknown },
    chain: { requests: 5, patientLoops: 1 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(streak()), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      const body = { grantId: randomUUID(), customerId, amount: 1, reason: "A test" };
      return { path: `${targetPath(group)}/freezes`, body: [body] };
    },
  },
  recordActivities: {
    access: { groups: tills, own: answered, other: refused(310011), nobody: unknown },
    /**
     * The chain of the last activity, which may begin when patience ends: enrolments, two look-ups of the customer, a
     * write.
     */
    chain: { requests: 4, patientLoops: 2 },
    request: async (org) => {
      const customerId = await org.newCustomer();
      const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: during(1), amount: 5 };
      return { path: "/activities", body: activity };
    },
  },
  simulateEnrollment: {
    access: { groups: everybody, own: answered, other: refused(310017), nobody: unknown },
    /** A definition to judge the record by, the look-ups of the customer, and the enrolment twice. */
    chain: { requests: 3, patientLoops: 1 },
    request: async (org) => {
      const group = await org.createGroup();
      return { path: `${targetPath(group)}/enroll/simulate`, body: [{ customerId: await org.newCustomer() }] };
    },
  },
  simulateUnenrollment: {
    access: { groups: everybody, own: answered, other: refused(310017), nobody: unknown },
    /** The definition, the enrolment, the customer, and the enrolment once more in place of the write. */
    chain: { requests: 4, patientLoops: 1 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      return { path: `${targetPath(group)}/unEnroll/simulate`, body: [{ customerId }] };
    },
  },
  simulateActivities: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /** The chain of recordActivities, whose first read is consistent here. */
    chain: { requests: 3, patientLoops: 2 },
    request: async (org) => {
      const customerId = await org.newCustomer();
      const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: during(1), amount: 5 };
      return { path: "/activities/simulate", body: activity };
    },
  },
  createTargetGroup: {
    access: { groups: admins, own: created, other: created, nobody: unknown },
    /** The ids, and the last write, which may begin when patience ends. */
    chain: { requests: 2, patientLoops: 1 },
    request: async () => ({ path: "/targetGroups", body: milestone() }),
  },
  listTargetGroups: {
    access: { groups: everybody, own: answered, other: answered, nobody: unknown },
    /** The names, by pages, and the definitions side by side. */
    chain: { requests: 2, patientLoops: 1 },
    request: async () => ({ path: "/targetGroups" }),
  },
  getTargetGroup: {
    access: { groups: everybody, own: answered, other: refused(310017), nobody: unknown },
    /** One page, because a definition is no larger than the request that made it. */
    chain: { requests: 1, patientLoops: 0 },
    request: async (org) => ({ path: `/targetGroups/${(await org.createGroup()).groupId}` }),
  },
  editTargetGroup: {
    access: { groups: admins, own: answered, other: refused(310017), nobody: unknown },
    /** Ids for new levels, then the definition and the write of the last round that patience lets begin. */
    chain: { requests: 3, patientLoops: 1 },
    request: async (org) => ({
      path: `/targetGroups/editTargetGroup/${(await org.createGroup(streak({ levels: [2] }))).groupId}`,
      body: { streaks: [{ name: "Gold", targetCountOfSequence: 4 }] },
    }),
  },
  editTargetPeriods: {
    access: { groups: admins, own: answered, other: refused(310017), nobody: unknown },
    /** The definition and the write of the last round that patience lets begin. */
    chain: { requests: 2, patientLoops: 1 },
    request: async (org) => {
      const { groupId, cycleIds } = await org.createGroup();
      return { path: `/targetGroups/${groupId}/targetPeriods`, body: [{ id: cycleIds[0], description: randomUUID() }] };
    },
  },
  appendTargetPeriods: {
    access: { groups: admins, own: answered, other: refused(310017), nobody: unknown },
    /** The ids, then the definition and the write of the last round that patience lets begin. */
    chain: { requests: 3, patientLoops: 1 },
    request: async (org) => ({
      path: `/targetGroups/${(await org.createGroup()).groupId}/targetPeriods`,
      body: [{ refCode: "last", startDate: "2040-01-01", endDate: "2040-01-31" }],
    }),
  },
  addTarget: {
    access: { groups: admins, own: answered, other: refused(310017), nobody: unknown },
    /** The id, then the definition and the write of the last round that patience lets begin. */
    chain: { requests: 3, patientLoops: 1 },
    request: async (org) => ({
      path: `/targetGroups/${(await org.createGroup()).groupId}/targets`,
      body: { name: "Visits", targetEntity: "TRANSACTION", targetType: "VISIT", defaultValues: [{ defaultValue: 3 }] },
    }),
  },
  editTarget: {
    access: { groups: admins, own: answered, other: refused(310017), nobody: unknown },
    /** The definition and the write of the last round that patience lets begin. */
    chain: { requests: 2, patientLoops: 1 },
    request: async (org) => ({ path: targetPath(await org.createGroup()), body: { name: randomUUID() } }),
  },
  deactivateTarget: {
    access: { groups: admins, own: answered, other: refused(310017), nobody: unknown },
    /** The definition and the write of the last round that patience lets begin. */
    chain: { requests: 2, patientLoops: 1 },
    request: async (org) => ({ path: targetPath(await org.createGroup()) }),
  },
  deleteTargetGroup: {
    access: { groups: admins, own: answered, other: refused(310017), nobody: unknown },
    /** The definition and the shards with enrolments beside it, and the write of the last round that patience lets begin. */
    chain: { requests: 2, patientLoops: 2 },
    request: async (org) => ({
      path: `/targetGroups/${(await org.createGroup(milestone({ active: false }))).groupId}`,
    }),
  },
  getAuditLogs: {
    access: { groups: everybody, own: answered, other: refused(310017), nobody: unknown },
    /** The rows, by pages; the definition when there are none. */
    chain: { requests: 2, patientLoops: 1 },
    request: async (org) => ({ path: `/targetGroups/${(await org.createGroup()).groupId}/auditLogs?offset=1` }),
  },
  putCustomer: {
    access: { groups: admins, own: answered, other: answered, nobody: unknown },
    /** The last round that patience lets begin: the profile, and the transaction of it with its external id. */
    chain: { requests: 2, patientLoops: 1 },
    request: async (org) => ({
      path: `/customers/${await org.newCustomer()}`,
      body: { firstName: "Ada", externalId: randomUUID() },
    }),
  },
  getCustomer: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /** The customer. */
    chain: { requests: 1, patientLoops: 0 },
    request: async (org) => ({ path: `/customers/${await org.newCustomer()}` }),
  },
  registerCustomer: {
    access: { groups: admins, own: created, other: created, nobody: unknown },
    /**
     * The last round that patience lets begin: the claim, and either the profile and its change, or a registration, which
     * goes in rounds with the same patience.
     */
    chain: { requests: 3, patientLoops: 1 },
    request: async () => ({ path: "/customers", body: { externalId: randomUUID(), firstName: "Ada" } }),
  },
  findCustomer: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /** The claim and the profile. */
    chain: { requests: 2, patientLoops: 0 },
    request: async (org) => {
      const externalId = randomUUID();
      await ok(org.admin.post("/customers", { externalId }));
      return { path: `/customers?externalId=${externalId}` };
    },
  },
  eraseCustomer: {
    access: { groups: admins, own: accepted, other: refused(310011), nobody: unknown },
    /**
     * The last round that patience lets begin: the profile, both passes on the list of an anonymisation that is completed,
     * and the transaction of the new one.
     */
    chain: { requests: 4, patientLoops: 1 },
    request: async (org) => ({ path: `/customers/${await org.newCustomer()}?mode=ANONYMISE` }),
  },
  getErasure: {
    access: { groups: admins, own: answered, other: refused(310011), nobody: unknown },
    /** The profile and both passes on the list. */
    chain: { requests: 3, patientLoops: 0 },
    request: async (org) => {
      const customerId = await org.newCustomer();
      await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ERASE`, undefined));
      return { path: `/erasures/${customerId}` };
    },
  },
  exportCustomer: {
    access: { groups: admins, own: answered, other: refused(310011), nobody: unknown },
    /** The profile and a page. */
    chain: { requests: 2, patientLoops: 0 },
    request: async (org) => ({ path: `/customers/${await org.newCustomer()}/export` }),
  },
  getUserTargetGroups: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /**
     * The enrolments by pages, beside the names of all groups and then their definitions; then the look-up of the
     * customer. Or the definitions of the enrolments and the settled cycles by pages in place of the last two.
     */
    chain: { requests: 3, patientLoops: 2 },
    request: async (org) => ({ path: `/users/${await org.newCustomer()}/targetGroups` }),
  },
  getTrackedTargetEvents: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /**
     * The enrolments by pages, and those set aside; then the definition and the rows by pages, or the look-up of the
     * customer.
     */
    chain: { requests: 4, patientLoops: 2 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      return { path: `/users/${customerId}/trackedTargetEvents/${group.targetId}` };
    },
  },
  getEnrolledTargets: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /** The enrolments by pages; then the definitions side by side, or the look-up of the customer. */
    chain: { requests: 2, patientLoops: 1 },
    request: async (org) => ({ path: `/users/${await org.newCustomer()}/enrolledTargets` }),
  },
  listTargetCustomers: {
    access: { groups: everybody, own: answered, other: refused(310017), nobody: unknown },
    /**
     * The definition beside the shards, then the last page of the index that patience lets begin; and of its customers side
     * by side the enrolment in two places, and a row of settled cycles beside the profile.
     */
    chain: { requests: 5, patientLoops: 1 },
    request: async (org) => ({ path: `${targetPath(await org.createGroup())}/customers` }),
  },
  getTargetStatistics: {
    access: { groups: everybody, own: answered, other: refused(310017), nobody: unknown },
    /** The definition, the note of the last count, and its parts by pages. */
    chain: { requests: 3, patientLoops: 1 },
    request: async (org) => ({ path: `${targetPath(await org.createGroup())}/statistics` }),
  },
  // The callers of these routes prove themselves in the request, so a token proves nothing there. The "own" token is
  // one of the caller.
  issueToken: {
    access: { groups: everybody, own: answered, other: answered, nobody: unknownClient },
    /** The credential and the token. */
    chain: { requests: 2, patientLoops: 0 },
  },
  generateToken: {
    access: { groups: everybody, own: answered, other: answered, nobody: unknown },
    /** The credential and the token. */
    chain: { requests: 2, patientLoops: 0 },
  },
  revokeToken: {
    access: { groups: everybody, own: answered, other: { status: 400, error: "invalid_grant" }, nobody: unknownClient },
    /** The credential and the token. */
    chain: { requests: 2, patientLoops: 0 },
  },
};
