import type { TestGroup, TestOrg } from "./org.ts";
import type { TestService } from "./service.ts";
import { milestone } from "./targetGroups.ts";

/** A brand that only one test uses, with a group and a customer who is not enrolled. */
export type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

export async function newSetting(
  service: TestService,
  body: Readonly<Record<string, unknown>> = milestone(),
): Promise<Setting> {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  return { org, group, customerId: await org.newCustomer() };
}

/** An id that no org has, because every org's sequences start at 1. */
export const unknownId = 987_654_321;

/**
 * Makes something at the first call and answers the same ever after. Requests that are refused can share a setting when
 * each proves that it wrote nothing.
 */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
