import { expect, it } from "vitest";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { Random } from "../support/random.ts";
import { baseSeed, report } from "../support/seeds.ts";
import { useService } from "../support/service.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";

const service = useService();
const cycles = [1, 2, 3, 4, 5];
const now = during(5, 20);

type Line = { readonly itemCode: string; readonly brand: string; readonly amount: number };
type Sent = {
  readonly activityId: string;
  readonly customer: number;
  readonly type: "TRANSACTION" | "RETURN";
  readonly cycle: number;
  readonly storeId: string;
  readonly lineItems: readonly Line[];
  readonly originalActivityId?: string;
};

/** 200 activities of 20 customers. A third are returns, and most of these name a transaction of their customer. */
function history(random: Random): Sent[] {
  const line = (): Line => ({
    itemCode: `${random.integer(9)}`,
    brand: random.oneOf(["a", "b", "c"]),
    amount: random.integer(50),
  });
  return Array.from({ length: 200 }, (_, index): Sent => {
    const [customer, place] = [index % 20, Math.floor(index / 20)];
    const isReturn = place >= 7;
    const named = `t${customer}-${random.integer(9)}`;
    return {
      activityId: `${isReturn ? "r" : "t"}${customer}-${place}`,
      customer,
      type: isReturn ? "RETURN" : "TRANSACTION",
      cycle: 1 + random.integer(cycles.length),
      storeId: random.oneOf(["s1", "s2", "s3"]),
      lineItems: Array.from({ length: random.integer(4) }, line),
      ...(isReturn && random.integer(4) > 0 ? { originalActivityId: named } : {}),
    };
  });
}

const stores = ["s1", "s2"];
/** The filters of the group in this file, by hand: brand a until cycle 2, and brand b from then on. */
const brandOf = (cycle: number) => (cycle === 1 ? "a" : "b");

function selected({ lineItems }: Sent, cycle: number): readonly Line[] {
  return lineItems.filter(({ brand }) => brand === brandOf(cycle));
}

function expectedSums(sent: readonly Sent[], customer: number): number[] {
  const own = sent.filter((one) => one.customer === customer);
  const sums = cycles.map(() => 0);
  for (const one of own) {
    const decisive = own.find(({ activityId }) => activityId === one.originalActivityId) ?? one;
    const { cycle } = decisive;
    if (!stores.includes(decisive.storeId) || selected(decisive, cycle).length === 0) continue;
    const worth = selected(one, cycle).reduce((sum, { amount }) => sum + amount, 0);
    sums[cycle - 1] = (sums[cycle - 1] ?? 0) + (one.type === "RETURN" ? -worth : worth);
  }
  return sums;
}

function shuffled<One>(list: readonly One[], random: Random): One[] {
  return list
    .map((one) => ({ one, place: random.fraction() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

function filter(entityType: string, ...entityIds: readonly string[]) {
  return { entityType, entityIds };
}

type Method = "IMPORT" | "TRANSACTION";

/** Whether one of the customer's activities, a return included, would count by itself. Such a one enrols. */
function isTakenIn(sent: readonly Sent[], customer: number): boolean {
  return sent.some(
    (one) => one.customer === customer && stores.includes(one.storeId) && selected(one, one.cycle).length > 0,
  );
}

async function newGroup(org: TestOrg, enrolmentMethod: Method): Promise<TestGroup> {
  const [target] = milestone().targets;
  const of = { targetEntity: "LINEITEM", enrolmentMethod };
  const body = { ...target, ...of, filters: [filter("BRAND", "a"), filter("STORE", ...stores)] };
  const group = await org.createGroup(milestone({ targets: [body] }));
  const filters = [filter("STORE", ...stores), filter("BRAND", "b")];
  const path = `/targetGroups/${group.groupId}/targets/${group.targetId}`;
  await ok(org.admin.put(path, { filters }, { now: during(1) }));
  return group;
}

/**
 * Counts the activities in this order, 25 in a call and the calls all at once. Answers the sums of each customer;
 * `undefined` of one who is not in. With `IMPORT`, everybody is enrolled before by a call.
 */
async function sumsAfter(sent: readonly Sent[], method: Method): Promise<unknown> {
  const org = await service.newOrg();
  const group = await newGroup(org, method);
  const customers: number[] = [];
  for (let index = 0; index < 20; index += 1) customers.push(await org.newCustomer());
  const called = method === "IMPORT" ? customers : [];
  for (const customerId of called) await ok(org.enroll(group, { customerId }, { now: firstInstantOf(1) }));
  const bodies = sent.map(({ customer, cycle, ...fields }) => ({
    ...fields,
    customerId: customers[customer],
    occurredAt: during(cycle),
  }));
  const calls = Array.from({ length: Math.ceil(bodies.length / 25) }, (_, index) =>
    bodies.slice(25 * index, 25 * index + 25),
  );
  const answers = await Promise.all(calls.map((body) => ok(org.till.post("/activities", body, { now }))));
  const errors = answers.flatMap(({ body }) => body.data.map((one: { errors: unknown }) => one.errors));
  expect(errors.filter((one) => one !== null)).toEqual([]);
  return Promise.all(
    customers.map(async (customerId) => {
      const { data } = (await ok(org.reader.get(`/users/${customerId}/targetGroups?includeInactive=true`, { now })))
        .body;
      const rows: readonly { readonly targetAchievedValue: number }[] | undefined = data.targetGroups[0]?.targets;
      return rows?.map(({ targetAchievedValue }) => targetAchievedValue);
    }),
  );
}

it.each([
  ["a call enrols", "IMPORT"],
  ["the first activity enrols", "TRANSACTION"],
] as const)(
  "200 activities of 20 customers, whom %s, in any order, some twice, with filters and lines at random, end as a reference says",
  async (_who, method) => {
    report(`filteredHistories: FAULTS_SEED=${baseSeed}`);
    const random = new Random(baseSeed);
    const sent = history(random);
    const expected = Array.from({ length: 20 }, (_, customer) =>
      method === "IMPORT" || isTakenIn(sent, customer)
        ? expectedSums(sent, customer).map((sum) => Math.max(0, sum))
        : undefined,
    );
    const deliveries = shuffled([...sent, ...sent.filter(() => random.integer(5) === 0)], random);
    expect(await sumsAfter(deliveries, method)).toEqual(expected);
    expect(await sumsAfter(shuffled(sent, random), method)).toEqual(expected);
  },
);
