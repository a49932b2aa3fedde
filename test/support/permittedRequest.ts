import { type ProtectedRouteName, routes } from "../../shared/http/routes.ts";
import type { TestOrg } from "./org.ts";
import { type Prepared, routeContracts } from "./routeContracts.ts";

/** A request that succeeds when an admin sends it. */
export type PermittedRequest = {
  readonly method: (typeof routes)[ProtectedRouteName]["method"];
  /** The path below the stage. */
  readonly path: string;
  readonly body: string | undefined;
};

/**
 * Prepares what the route needs and answers the request, which is to be sent in the first cycle of the built groups.
 */
export async function permittedRequest(name: ProtectedRouteName, org: TestOrg): Promise<PermittedRequest> {
  const { path, body }: Prepared = await routeContracts[name].request(org);
  return { method: routes[name].method, path, body: body === undefined ? undefined : JSON.stringify(body) };
}
