import type { Table } from "../../../shared/table/client.ts";
import { newCredential, type TestCredential } from "../credential.ts";
import { expectAccepted } from "../envelopes.ts";
import { ok, type TestGroup, type TestOrg } from "../org.ts";
import type { TestService } from "../service.ts";
import { during, milestone, streak } from "../targetGroups.ts";

/** The ids and names of one brand. Requests name them to get past the first checks. */
export type FuzzBrand = {
  readonly org: string;
  readonly groups: readonly TestGroup[];
  /** A group that nobody is in and that is inactive, so that it can be deleted. */
  readonly unused: TestGroup;
  /** Each is the customer's external id too. */
  readonly customerIds: readonly number[];
  /** A customer who is being anonymised. The request has the customer's id. */
  readonly forgottenId: number;
  /** One credential for each access group. */
  readonly credentials: readonly TestCredential[];
};

const customers = 4;

export async function newFuzzBrand(service: TestService): Promise<FuzzBrand> {
  const org = await service.newOrg();
  const groups = [await org.createGroup(), await org.createGroup(streak())];
  const customerIds = await newCustomers(org);
  // Half of them are in, so that an un-enrolment can be accepted from the first request on.
  for (const customerId of customerIds.slice(0, customers / 2))
    for (const group of groups) expectAccepted(await org.enroll(group, { customerId }, { now: during(1) }), customerId);
  return {
    org: org.org,
    groups,
    unused: await org.createGroup(milestone({ active: false })),
    customerIds,
    forgottenId: await newForgotten(org),
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

async function newForgotten({ newCustomer, admin }: TestOrg): Promise<number> {
  const customerId = await newCustomer();
  await ok(admin.send("DELETE", `/customers/${customerId}?mode=ANONYMISE`, undefined, { now: during(1) }));
  return customerId;
}

function newCredentials(table: Table, org: string): Promise<TestCredential[]> {
  const groups = ["read-only", "default", "support", "admin"] as const;
  return Promise.all(groups.map((accessGroup) => newCredential(table, { org, accessGroup })));
}
