import { describe, expect, it } from "vitest";
import { admin } from "../support/adminCommand.ts";
import { startApiHop } from "../support/apiHop.ts";
import { useOperators } from "../support/operator.ts";
import { ok } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { unknownId } from "../support/setting.ts";
import { milestone } from "../support/targetGroups.ts";

const service = useService();
const newOperator = useOperators(service);

it("target-groups update is sent once, and says with status 3 that the group may have been changed when the answer is lost", async () => {
  const operator = await newOperator();
  const { groupId } = await operator.org.createGroup();
  const file = operator.file("edit.yaml", "description: new");
  const hop = await startApiHop(service.baseUrl, () => ({ lose: "reply" }));
  const { access } = operator;
  const { status, stdout, stderr } = await admin("target-groups", "update", `${groupId}`, file, ...access(hop.baseUrl));
  await hop.close();
  expect({ status, stdout, requests: hop.requests() }).toEqual({ status: 3, stdout: "", requests: 1 });
  expect(stderr).toContain("may have been changed");
  const { data } = (await ok(operator.org.reader.get(`/targetGroups/${groupId}`))).body;
  expect(data).toMatchObject({ version: 2, description: "new" });
});

describe("of a group that does not exist", () => {
  it.each(["deactivate", "activate", "history"])(
    "target-groups %s prints no result and ends with status 1",
    async (name) => {
      const operator = await newOperator();
      const { status, stdout, stderr } = await admin("target-groups", name, `${unknownId}`, ...operator.access());
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(/^Target group not found or inactive\./);
    },
  );
});

it("target-groups history --json prints every change of a group that has more than a page of them", async () => {
  const operator = await newOperator();
  const { groupId, cycleIds } = await operator.org.createGroup(milestone({ cycles: 100 }));
  const path = `/targetGroups/${groupId}/targetPeriods`;
  for (const description of ["a", "b", "c"])
    await ok(
      operator.org.admin.put(
        path,
        cycleIds.map((id) => ({ id, description })),
      ),
    );
  const { status, stdout } = await admin("target-groups", "history", `${groupId}`, ...operator.access(), "--json");
  expect(status).toBe(0);
  const changes: { version: number; field: string }[] = JSON.parse(stdout);
  expect(new Set(changes.map(({ version, field }) => `${version} ${field}`)).size).toBe(301);
  expect(changes).toHaveLength(301);
});
