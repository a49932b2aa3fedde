import { expect, it } from "vitest";
import { closeShard } from "../../functions/closeShard/closeShard.ts";
import { listDueCycles } from "../../functions/listDueCycles/listDueCycles.ts";
import { admin } from "../support/adminCommand.ts";
import { useOperators } from "../support/operator.ts";
import { ok } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { startScriptedServer } from "../support/scriptedServer.ts";
import { during, milestone } from "../support/targetGroups.ts";

// The index that both commands need is written by the projector.
const service = useProjectedService();
const newOperator = useOperators(service);

async function withMembers(count: number) {
  const operator = await newOperator();
  const { org } = operator;
  const { data } = (await ok(org.admin.post("/targetGroups", milestone(), { now: during(1) }))).body;
  const group = { groupId: data.id, targetId: data.targets[0].id, targetIds: [], cycleIds: [], levelIds: [] };
  const members: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId, initialBalance: index === 0 ? 1000 : 250 }, { now: during(1) }));
    members.push(customerId);
  }
  await service.drain();
  const target = ["--group", String(group.groupId), "--target", String(group.targetId)];
  return {
    operator,
    org,
    group,
    members,
    target: [...target, ...operator.access()],
    periodId: String(data.periods[0].id),
  };
}

it("customers list prints a line for each customer of the target", async () => {
  const { members, target } = await withMembers(3);
  const { status, stdout, stderr } = await admin("customers", "list", ...target);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const listed = stdout
    .trimEnd()
    .split("\n")
    .map((line) => Number(line.trim().split(" ")[0]));
  expect(listed.toSorted()).toEqual(members.toSorted());
});

it("customers list says of each customer what the route answers", async () => {
  const { org, group, members, target, periodId } = await withMembers(2);
  const [reached = 0, left = 0] = members;
  await ok(org.admin.put(`/customers/${reached}`, { externalId: "crm\n7" }));
  await ok(org.unenroll(group, left, { now: during(1, 20) }));
  await service.drain();
  const since = `since ${during(1)} from c1`;
  const inCycle = await admin("customers", "list", ...target, "--period", periodId);
  expect(inCycle.stdout.trim().split(/ {2,}/)).toEqual([
    String(reached),
    "ENROLLED",
    "API",
    since,
    `1000 of 1000 in period ${periodId}`,
    `reached ${during(1)}`,
    String.raw`external id "crm\n7"`,
  ]);
  const gone = await admin("customers", "list", ...target, "--status", "UNENROLLED");
  expect(gone.stdout.trim().split(/ {2,}/)).toEqual([
    String(left),
    "UNENROLLED",
    "API",
    since,
    `left ${during(1, 20)}`,
  ]);
});

it("customers list reads all pages with the same filters, those without rows too", async () => {
  const operator = await newOperator();
  const pages = [
    { customers: [], nextCursor: "first" },
    { customers: [{ customerId: 16 }], nextCursor: "second" },
    { customers: [{ customerId: 32 }], nextCursor: null },
  ];
  const answers = pages.map((data) => ({
    status: 200,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data, errors: null, warnings: null }),
  }));
  const server = await startScriptedServer(...answers);
  const options = "--group 1 --target 2 --status ALL --period 7 --achieved false --json".split(" ");
  const { status, stdout } = await admin("customers", "list", ...options, ...operator.access(server.baseUrl));
  expect({ status, stdout }).toEqual({ status: 0, stdout: '{"customerId":16}\n{"customerId":32}\n' });
  const queries = server.received.map(({ path }) => Object.fromEntries(new URL(path, server.baseUrl).searchParams));
  const same = { status: "ALL", periodId: "7", achieved: "false", limit: "100" };
  expect(queries).toEqual([same, { ...same, cursor: "first" }, { ...same, cursor: "second" }]);
});

it("customers list prints with --json one object in each line, and keeps to the filters", async () => {
  const { members, target, periodId } = await withMembers(2);
  const { stdout } = await admin("customers", "list", ...target, "--json", "--period", periodId, "--achieved", "true");
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows).toMatchObject([{ customerId: members[0], targetAchievedValue: 1000 }]);
  expect((await admin("customers", "list", ...target, "--status", "UNENROLLED")).stdout).toBe(
    "There are no such customers.\n",
  );
  expect((await admin("customers", "list", ...target, "--status", "LEFT")).status).toBe(2);
});

it("customers statistics prints what the last count has found, and says when there was none", async () => {
  const { org, target, periodId } = await withMembers(2);
  const before = await admin("customers", "statistics", ...target);
  expect(before).toMatchObject({ status: 0, stdout: "The customers have not been counted yet.\n" });
  const look = () => listDueCycles(service.table, 24)({ now: during(2), resumeAfter: null, org: org.org });
  for (const task of (await look()).tasks)
    await closeShard(service.table)(task, { getRemainingTimeInMillis: () => Number.POSITIVE_INFINITY });
  await look();
  const { stdout } = await admin("customers", "statistics", ...target);
  expect(stdout).toMatch(/^Counted at .*: 2 enrolled, 0 left\n/);
  expect(stdout).toContain("\n  first came in: 2 by a call, 0 with an activity\n");
  expect(stdout).toContain(
    `  period ${periodId}: 2 members, 2 started, 1 reached, 1250 together\n` +
      "    0 %: 0, 0-25 %: 0, 25-50 %: 1, 50-75 %: 0, 75-100 %: 0, 100 % and more: 1\n",
  );
  const json = await admin("customers", "statistics", ...target, "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({ enrolled: 2, periods: { length: 5 } });
});
