import { randomUUID } from "node:crypto";
import type { ApiClient, RequestOptions } from "./apiClient.ts";
import { ok } from "./org.ts";
import type { Schemas } from "./wireTypes.ts";

/** A row of a history. */
export type HistoryRow = Schemas["LedgerEntry"];

export async function readHistory(
  client: ApiClient,
  customerId: number,
  targetId: number,
  query = "",
  options?: RequestOptions,
): Promise<readonly HistoryRow[]> {
  const { body } = await ok(client.get(`/users/${customerId}/trackedTargetEvents/${targetId}${query}`, options));
  return body.data;
}

type ActivityFields = {
  readonly customerId: number;
  readonly occurredAt: string;
  readonly activityId?: string;
  readonly type?: "TRANSACTION" | "RETURN" | "EVENT";
  readonly amount?: number;
  readonly name?: string;
  readonly originalActivityId?: string;
};

/** Sends an activity and answers its id. It is sent at the time it occurred unless `now` says otherwise. */
export async function send(client: ApiClient, fields: ActivityFields, now = fields.occurredAt): Promise<string> {
  const activity = { activityId: randomUUID(), type: "TRANSACTION", ...fields };
  await ok(client.post("/activities", activity, { now }));
  return activity.activityId;
}
