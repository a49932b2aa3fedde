import { describe, expect, it } from "vitest";
import type { ApiResponse } from "../support/apiClient.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import type { TestGroup } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, milestone } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const now = during(1);

/** Who wants to leave is told of a missing target only, because an inactive one can be left. */
const faults = { enroll: "has no active target", unenroll: "has no target" };

function expectTargetNotFound(
  response: ApiResponse,
  { groupId, targetId }: TestGroup,
  action: keyof typeof faults,
): void {
  const message = `^Target not found in that group, or inactive\\. Target group ${groupId} ${faults[action]} ${targetId}; GET /v3/targetGroups/${groupId} lists its targets\\.$`;
  expectRefused(response, 400, 310018, new RegExp(message));
}

describe.each(["enroll", "unenroll"] as const)("%s refuses with 310018, writing nothing,", (action) => {
  const call = ({ org, customerId }: Setting, group: TestGroup) =>
    action === "enroll" ? org.enroll(group, { customerId }, { now }) : org.unenroll(group, customerId, { now });

  it("a target that does not exist", async () => {
    const one = await newSetting(service);
    const missing = { ...one.group, targetId: unknownId };
    expectTargetNotFound(await withoutWriting(service, () => call(one, missing)), missing, action);
  });

  it("a target of another group of the same org", async () => {
    const one = await newSetting(service);
    const other = await one.org.createGroup();
    const crossed = { ...one.group, targetId: other.targetId };
    expectTargetNotFound(await withoutWriting(service, () => call(one, crossed)), crossed, action);
  });
});

it("enroll refuses with 310018, writing nothing, an inactive target, while an active target of the same group accepts", async () => {
  const [target] = milestone().targets;
  const targets = [
    { ...target, active: false },
    { ...target, name: "Second", active: true },
  ];
  const { org, group, customerId } = await newSetting(service, milestone({ targets }));
  const refused = await withoutWriting(service, () => org.enroll(group, { customerId }, { now }));
  expectTargetNotFound(refused, group, "enroll");
  const [, second = 0] = group.targetIds;
  expectAccepted(await org.enroll({ ...group, targetId: second }, { customerId }, { now }), customerId);
});

it("310018 leaves an enrolment in the right group alone", async () => {
  const { org, group, customerId } = await newSetting(service);
  const other = await org.createGroup();
  expectAccepted(await org.enroll(group, { customerId }, { now }), customerId);
  const crossed = { ...other, targetId: group.targetId };
  expectTargetNotFound(await org.unenroll(crossed, customerId, { now }), crossed, "unenroll");
  expect((await org.readState(group, customerId, { now }))?.targets).toHaveLength(5);
});
