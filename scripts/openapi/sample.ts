import { demoSecret } from "../../local/demoData.ts";

/** A request for `sam local`. In the order of the route table each is a success on the demo data of a fresh `npm start`. */
export type Sample = {
  /** Below the stage, with its query. */
  readonly path: string;
  /** `demo-till` unless it says otherwise. */
  readonly caller?: "demo-till" | "demo-admin";
  readonly body?: unknown;
  readonly form?: string;
};

export const customerId = 345651201;
export const [groupId, targetId] = [1, 1];
export const target = `/targetGroups/${groupId}/targets/${targetId}`;
/** Who asks for a token, in a form. */
export const client = `client_id=demo-till&client_secret=${demoSecret}`;
