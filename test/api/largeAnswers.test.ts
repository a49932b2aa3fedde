import { expect, it } from "vitest";
import type { ApiResponse } from "../support/apiClient.ts";
import { ok } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during, manyIds, milestone } from "../support/targetGroups.ts";

const service = useService();
const now = during(1);

function expectToFit({ body }: ApiResponse): void {
  // Lambda answers with the body as a text within JSON.
  expect(Buffer.byteLength(JSON.stringify(JSON.stringify(body)))).toBeLessThan(6_000_000);
}

it("a customer's state in more groups than an answer can carry is cut, says so, and is read by target", async () => {
  const org = await service.newOrg();
  const customerId = await org.newCustomer();
  const [target] = milestone().targets;
  const targets = Array.from({ length: 50 }, (_, index) => ({ ...target, name: `Target ${index}`.padEnd(200, "x") }));
  const groups = [];
  for (const name of ["One", "Two", "Three"]) {
    groups.push(await org.createGroup(milestone({ name, cycles: 100, targets })));
  }
  for (const group of groups) {
    const enrolling = group.targetIds.map((targetId) => org.enroll({ ...group, targetId }, { customerId }, { now }));
    await Promise.all(enrolling.map(ok));
  }
  const path = `/users/${customerId}/targetGroups?includeInactive=true`;
  const all = await ok(org.reader.get(path, { now }));
  expectToFit(all);
  const shown = all.body.data.targetGroups.length;
  expect(shown).toBeLessThan(3);
  expect(all.body.warnings).toEqual([
    { message: `Only ${shown} of 3 target groups fit into one answer; ask for the others by targetRuleId.` },
  ]);
  const last = await ok(org.reader.get(`${path}&targetRuleId=${groups.at(-1)?.targetId}`, { now }));
  expect(last.body.data.targetGroups[0].targets).toHaveLength(100);
  expect(last.body.warnings).toBeNull();
});

it("definitions that one answer cannot carry are left out of enrolledTargets, and a warning says so", async () => {
  const org = await service.newOrg();
  const customerId = await org.newCustomer();
  const [target] = milestone().targets;
  const filters = manyIds;
  for (let index = 0; index < 25; index += 1) {
    const group = await org.createGroup(milestone({ name: `Group ${index}`, targets: [{ ...target, filters }] }));
    await ok(org.enroll(group, { customerId }, { now }));
  }
  const answer = await ok(org.reader.get(`/users/${customerId}/enrolledTargets`, { now }));
  expectToFit(answer);
  const shown = answer.body.data.length;
  expect(shown).toBeLessThan(25);
  expect(answer.body.warnings).toEqual([
    { message: expect.stringMatching(`Only ${shown} of 25 targets fit into one answer`) },
  ]);
});
