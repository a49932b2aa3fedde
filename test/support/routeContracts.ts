import { randomUUID } from "node:crypto";
import { type AccessGroup, accessGroups } from "../../shared/domain/accessGroups.ts";
import type { ProtectedRouteName, RouteName } from "../../shared/http/routes.ts";
import type { Chain } from "../../shared/table/client.ts";
import { ok, type TestOrg, targetPath } from "./org.ts";
import { during, milestone } from "./targetGroups.ts";

/** HTTP status, and the error: a code of the envelope or, where OAuth says what is answered, its word. */
export type Outcome = { readonly status: number; readonly error?: number | string };

/** Who may call a route, and what others are answered. */
type Access = {
  readonly groups: readonly AccessGroup[];
  /** To a permitted caller who names things of the own org. */
  readonly own: Outcome;
  /** To one who names the same things and is of another org. */
  readonly other: Outcome;
  /** To everybody else. */
  readonly nobody: Outcome;
};

/** A request below the stage, for an admin in the first cycle of the built groups. */
export type Prepared = { readonly path: string; readonly body?: unknown };

/** What the tests hold each route to, written out rather than derived. */
type RouteContract = {
  readonly access: Access;
  /**
   * The longest chain of requests to the table, one after the other. Requests of a loop that ends when patience does are
   * not counted, but the last of them, which may begin when patience ends.
   */
  readonly chain: Chain;
};
type ProtectedContract = RouteContract & { readonly request: (org: TestOrg) => Promise<Prepared> };

const answered = { status: 200 };
const created = { status: 201 };
const unknown = { status: 401, error: 401 };
const unknownClient = { status: 401, error: "invalid_client" };
const refused = (error: number) => ({ status: 400, error });

const everybody = accessGroups;
const tills: readonly AccessGroup[] = ["default", "admin"];
const admins: readonly AccessGroup[] = ["admin"];

/** Each route's. One behind the authorizer has a request that succeeds; without its entry a route does not compile. */
export const routeContracts: Readonly<
  Record<RouteName, RouteContract> & Record<ProtectedRouteName, ProtectedContract>
> = {
  enroll: {
    access: { groups: tills, own: answered, other: refused(310017), nobody: unknown },
    /** A definition to judge the record by, the customer looked for twice, a write; or a read and a definition to repeat. */
    chain: { requests: 4, patientLoops: 1 },
    request: async (org) => {
      const group = await org.createGroup();
      return { path: `${targetPath(group)}/enroll`, body: [{ customerId: await org.newCustomer() }] };
    },
  },
  unenroll: {
    access: { groups: tills, own: answered, other: refused(310017), nobody: unknown },
    /** The definition, the enrolment, and a write; or the customer, looked for twice. */
    chain: { requests: 4, patientLoops: 1 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      return { path: `${targetPath(group)}/unEnroll`, body: [{ customerId }] };
    },
  },
  recordActivities: {
    access: { groups: tills, own: answered, other: refused(310011), nobody: unknown },
    /** The last activity that patience lets begin, of which: enrolments, the customer looked for twice, a write. */
    chain: { requests: 4, patientLoops: 2 },
    request: async (org) => {
      const customerId = await org.newCustomer();
      const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: during(1), amount: 5 };
      return { path: "/activities", body: activity };
    },
  },
  createTargetGroup: {
    access: { groups: admins, own: created, other: created, nobody: unknown },
    /** The ids, and the last write that patience lets begin. */
    chain: { requests: 2, patientLoops: 1 },
    request: async () => ({ path: "/targetGroups", body: milestone() }),
  },
  listTargetGroups: {
    access: { groups: everybody, own: answered, other: answered, nobody: unknown },
    /** The names, by pages, and definitions side by side. */
    chain: { requests: 2, patientLoops: 1 },
    request: async () => ({ path: "/targetGroups" }),
  },
  getTargetGroup: {
    access: { groups: everybody, own: answered, other: refused(310017), nobody: unknown },
    /** One page, as a definition is at most as large as the request that made it. */
    chain: { requests: 1, patientLoops: 0 },
    request: async (org) => ({ path: `/targetGroups/${(await org.createGroup()).groupId}` }),
  },
  putCustomer: {
    access: { groups: admins, own: answered, other: answered, nobody: unknown },
    /** The last write that patience lets begin. */
    chain: { requests: 1, patientLoops: 1 },
    request: async (org) => ({ path: `/customers/${await org.newCustomer()}`, body: { firstName: "Ada" } }),
  },
  getCustomer: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /** Looked for twice. */
    chain: { requests: 2, patientLoops: 0 },
    request: async (org) => ({ path: `/customers/${await org.newCustomer()}` }),
  },
  getUserTargetGroups: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /** Enrolments, by pages, beside the customer, looked for twice; definitions side by side; settled cycles, by pages. */
    chain: { requests: 4, patientLoops: 2 },
    request: async (org) => ({ path: `/users/${await org.newCustomer()}/targetGroups` }),
  },
  getTrackedTargetEvents: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /** Enrolments, by pages; the definition and rows, by pages, or the customer, looked for twice. */
    chain: { requests: 3, patientLoops: 2 },
    request: async (org) => {
      const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      return { path: `/users/${customerId}/trackedTargetEvents/${group.targetId}` };
    },
  },
  getEnrolledTargets: {
    access: { groups: everybody, own: answered, other: refused(310011), nobody: unknown },
    /** Enrolments, by pages; definitions side by side, or the customer, looked for twice. */
    chain: { requests: 3, patientLoops: 1 },
    request: async (org) => ({ path: `/users/${await org.newCustomer()}/enrolledTargets` }),
  },
  // These prove their callers themselves, so a token is no proof there; "own" is the caller's own token.
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
