import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { versionHeader } from "../../shared/http/version.ts";
import { presentTargetGroup } from "../../shared/http/views/targetGroupView.ts";
import { groupNotFound } from "../../shared/operations/definition.ts";
import type { Table } from "../../shared/table/client.ts";
import { findTargetGroup } from "../../shared/table/targetGroups.ts";

/** `GET /targetGroups/{targetGroupId}`: a target group, active or not. Refuses with 300004, 310017. */
export function getTargetGroup(table: Table): Operation<typeof routes.getTargetGroup> {
  return async ({ org, now, parameters }) => {
    const { path, query } = required(parameters);
    const group = await findTargetGroup(table, org, path.targetGroupId);
    if (group === undefined) throw businessRefusal(groupNotFound(path.targetGroupId));
    return { data: presentTargetGroup(group, now, query), headers: versionHeader(group) };
  };
}
