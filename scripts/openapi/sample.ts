import { demoSecret } from "../../local/demoData.ts";

/**
 * A request for `sam local`. Sent in the order of the route table, each succeeds on the demo data of a fresh `npm
 * start`.
 */
export type Sample = {
  /** The path below the stage, with its query. */
  readonly path: string;
  /** The credential that calls. It is `demo-till` by default. */
  readonly caller?: "demo-till" | "demo-admin" | "demo-support";
  readonly body?: unknown;
  readonly form?: string;
  /** How long after the other requests it is sent. */
  readonly secondsLater?: number;
};

export const customerId = 345651201;
export const [groupId, targetId, periodId] = [1, 1, 1];
export const target = `/targetGroups/${groupId}/targets/${targetId}`;
/** The client that asks for a token, as the fields of a form. */
export const client = `client_id=demo-till&client_secret=${demoSecret}`;
