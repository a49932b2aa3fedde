import type { TestGroup, TestOrg } from "./org.ts";
import type { TestService } from "./service.ts";
import { milestone } from "./targetGroups.ts";

/** A group that only one test uses, and a customer who is not enrolled. All settings of one test file share a brand. */
export type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

const brands = new WeakMap<TestService, Promise<TestOrg>>();

export async function newSetting(service: TestService, body = milestone()): Promise<Setting> {
  const org = await sharedBrand(service);
  const [group, customerId] = await Promise.all([org.createGroup(body), org.newCustomer()]);
  return { org, group, customerId };
}

/** A brand takes as many writes as a group and a customer together, and a group is all that most tests must own. */
function sharedBrand(service: TestService): Promise<TestOrg> {
  const brand = brands.get(service) ?? service.newOrg();
  brands.set(service, brand);
  return brand;
}

/** An id that no org has, because every org's sequences start at 1. */
export const unknownId = 987_654_321;
