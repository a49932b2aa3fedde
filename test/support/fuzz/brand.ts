import type { Table } from "../../../shared/table/client.ts";
import { newCredential, type TestCredential } from "../credential.ts";
import { ok, type TestGroup, type TestOrg } from "../org.ts";
import type { TestService } from "../service.ts";
import { streak } from "../targetGroups.ts";

/** The ids and names of one brand. Requests name them to get past the first checks. */
export type FuzzBrand = {
  readonly org: string;
  readonly groups: readonly TestGroup[];
  /** Each is the customer's external id too. */
  readonly customerIds: readonly number[];
  /** One credential for each access group. */
  readonly credentials: readonly TestCredential[];
};

const customers = 4;

export async function newFuzzBrand(service: TestService): Promise<FuzzBrand> {
  const org = await service.newOrg();
  const groups = [await org.createGroup(), await org.createGroup(streak())];
  return {
    org: org.org,
    groups,
    customerIds: await newCustomers(org),
    credentials: await newCredentials(service.table, org.org),
  };
}

function newCustomers(org: TestOrg): Promise<number[]> {
  return Promise.all(Array.from({ length: customers }, () => newNamedCustomer(org)));
}

async function newNamedCustomer({ newCustomer, admin }: TestOrg): Promise<number> {
  const customerId = await newCustomer();
  await ok(admin.put(`/customers/${customerId}`, { externalId: String(customerId) }));
  return customerId;
}

function newCredentials(table: Table, org: string): Promise<TestCredential[]> {
  const groups = ["read-only", "default", "support", "admin"] as const;
  return Promise.all(groups.map((accessGroup) => newCredential(table, { org, accessGroup })));
}
