import { expect, it } from "vitest";
import { targetKey } from "../../shared/table/keys.ts";
import { noteRevalued } from "../../shared/table/targetGroups.ts";
import { ok, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";

const service = useService();

it("an edit of a target whose judging ends meanwhile is made, and is not refused with 310069", async () => {
  const { org, group } = await newSetting(service);
  const now = during(1);
  await ok(org.admin.put(targetPath(group), { defaultValues: [{ defaultValue: 7 }] }, { now }));
  const key = targetKey(org.org, group.groupId, group.targetId);
  let isNoted: boolean | undefined;
  service.table.client.middlewareStack.add(
    (next) => async (args) => {
      if (isNoted === undefined && "TransactItems" in args.input)
        isNoted = await noteRevalued(service.table, key, { editedAt: Date.parse(now), now: Date.parse(now) });
      return next(args);
    },
    { step: "initialize", name: "judgingEndsBeforeTheEdit" },
  );
  const { body } = await ok(org.admin.put(targetPath(group), { description: "Other" }, { now }));
  expect(isNoted).toBe(true);
  expect(body.data).toMatchObject({
    version: 3,
    targets: [{ description: "Other", reevaluation: { finishedOn: now } }],
  });
});
