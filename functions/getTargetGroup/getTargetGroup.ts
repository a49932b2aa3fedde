import type { Operation } from "../../shared/http/apiHandler.ts";
import type { ServiceContext } from "../../shared/http/context.ts";
import { groupNotFound } from "../../shared/http/preconditions.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentTargetGroup } from "../../shared/http/targetGroupView.ts";

/** `GET /targetGroups/{targetGroupId}`: active or not. Refuses with 300004, 310017. */
export function getTargetGroup({ targetGroups }: ServiceContext): Operation<typeof routes.getTargetGroup> {
  return async ({ org, now, parameters }) => {
    const { path, query } = parameters();
    const group = await targetGroups.findFresh(org, path.targetGroupId, now);
    if (group === undefined) throw groupNotFound(path.targetGroupId);
    return { data: presentTargetGroup(group, now, query) };
  };
}
