import type { TestGroup, TestOrg } from "./org.ts";
import type { TestService } from "./service.ts";
import { milestone } from "./targetGroups.ts";

/** A brand of the test's own, with a group and a customer who is not enrolled. */
export type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

export async function newSetting(service: TestService, body = milestone()): Promise<Setting> {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  return { org, group, customerId: await org.newCustomer() };
}

/** Ids that nobody has: every sequence starts at 1 in an org of its own. */
export const unknownId = 987_654_321;
