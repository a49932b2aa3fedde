import { randomUUID } from "node:crypto";
import { type ProtectedRouteName, routes } from "../../shared/http/routes.ts";
import { ok, type TestOrg, targetPath } from "./org.ts";
import { during, milestone } from "./targetGroups.ts";

/** A request that succeeds when an admin sends it. */
export type PermittedRequest = {
  readonly method: (typeof routes)[ProtectedRouteName]["method"];
  /** Below the stage. */
  readonly path: string;
  readonly body: string | undefined;
};

type Prepared = { readonly path: string; readonly body?: unknown };

/** Every route behind the authorizer has one, or this does not compile. */
const prepare = {
  enroll: async (org) => {
    const group = await org.createGroup();
    return { path: `${targetPath(group)}/enroll`, body: [{ customerId: await org.newCustomer() }] };
  },
  unenroll: async (org) => {
    const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    return { path: `${targetPath(group)}/unEnroll`, body: [{ customerId }] };
  },
  recordActivities: async (org) => {
    const customerId = await org.newCustomer();
    const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: during(1), amount: 5 };
    return { path: "/activities", body: activity };
  },
  createTargetGroup: async () => ({ path: "/targetGroups", body: milestone() }),
  listTargetGroups: async () => ({ path: "/targetGroups" }),
  getTargetGroup: async (org) => ({ path: `/targetGroups/${(await org.createGroup()).groupId}` }),
  putCustomer: async (org) => ({ path: `/customers/${await org.newCustomer()}`, body: { firstName: "Ada" } }),
  getCustomer: async (org) => ({ path: `/customers/${await org.newCustomer()}` }),
  getUserTargetGroups: async (org) => ({ path: `/users/${await org.newCustomer()}/targetGroups` }),
  getTrackedTargetEvents: async (org) => {
    const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    return { path: `/users/${customerId}/trackedTargetEvents/${group.targetId}` };
  },
  getEnrolledTargets: async (org) => ({ path: `/users/${await org.newCustomer()}/enrolledTargets` }),
} as const satisfies Record<ProtectedRouteName, (org: TestOrg) => Promise<Prepared>>;

/** Prepares what the route needs and answers the request; to be sent in the first cycle of the built groups. */
export async function permittedRequest(name: ProtectedRouteName, org: TestOrg): Promise<PermittedRequest> {
  const { path, body }: Prepared = await prepare[name](org);
  return { method: routes[name].method, path, body: body === undefined ? undefined : JSON.stringify(body) };
}
