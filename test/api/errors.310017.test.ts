import { describe, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { useService } from "../support/service.ts";
import { newSetting, unknownId } from "../support/setting.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

/** Who wants to leave is told of a missing group only, because an inactive one can be left. */
const faults = { enroll: "does not exist or is inactive", unenroll: "does not exist" };
const message = (groupId: number, action: keyof typeof faults) =>
  new RegExp(
    `^Target group not found or inactive\\. Target group ${groupId} ${faults[action]}; GET /v3/targetGroups lists them\\.$`,
  );
const now = during(1);

describe.each(["enroll", "unenroll"] as const)("%s refuses with 310017, writing nothing,", (action) => {
  it("a group that does not exist", async () => {
    const { org, group, customerId } = await newSetting(service);
    const missing = { ...group, groupId: unknownId };
    const call = () =>
      action === "enroll" ? org.enroll(missing, { customerId }, { now }) : org.unenroll(missing, customerId, { now });
    expectRefused(await withoutWriting(service, call), 400, 310017, message(unknownId, action));
  });

  it("the largest possible group id", async () => {
    const { org, group, customerId } = await newSetting(service);
    const missing = { ...group, groupId: Number.MAX_SAFE_INTEGER };
    const call = () =>
      action === "enroll" ? org.enroll(missing, { customerId }, { now }) : org.unenroll(missing, customerId, { now });
    expectRefused(await withoutWriting(service, call), 400, 310017, message(Number.MAX_SAFE_INTEGER, action));
  });
});

describe("enroll refuses with 310017, writing nothing,", () => {
  it.each([
    ["milestone", milestone],
    ["streak", streak],
  ])("an inactive %s", async (_, build) => {
    const { org, group, customerId } = await newSetting(service, build({ active: false }));
    const response = await withoutWriting(service, () => org.enroll(group, { customerId }, { now }));
    expectRefused(response, 400, 310017, message(group.groupId, "enroll"));
  });
});

describe("310017 is not answered", () => {
  it("for a group created a moment ago, even when it was asked for before it existed", async () => {
    const org = await service.newOrg();
    const customerId = await org.newCustomer();
    // The first group of an org has the id 1.
    const future = { groupId: 1, targetId: 1, targetIds: [1], cycleIds: [], levelIds: [] };
    expectRefused(await org.enroll(future, { customerId }, { now }), 400, 310017, message(1, "enroll"));
    const group = await org.createGroup();
    expectAccepted(await org.enroll(group, { customerId }, { now }), customerId);
  });
});

describe("a read of one group", () => {
  it("refuses with 310017 one that does not exist", async () => {
    const { reader } = await service.newOrg();
    expectRefused(await reader.get(`/targetGroups/${unknownId}`), 400, 310017, message(unknownId, "unenroll"));
  });
});
