import type { Operation } from "../../shared/http/apiHandler.ts";
import { dataIdHeader } from "../../shared/http/dataIdHeader.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { fitting } from "../../shared/http/views/fitting.ts";
import { presentTargetGroup } from "../../shared/http/views/targetGroupView.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { findDataId } from "../../shared/table/dataId.ts";
import { listTargetGroupIds } from "../../shared/table/targetGroups.ts";

/**
 * `GET /targetGroups`: the org's groups in order of their names, active or not. Large groups can make a page shorter
 * than requested; a warning then says how to continue. A header names the data they come from. Refuses with 300004.
 */
export function listTargetGroups({ table, targetGroups }: ServiceContext): Operation<typeof routes.listTargetGroups> {
  return async ({ org, now, parameters }) => {
    const { query } = required(parameters);
    const [ids, dataId] = await Promise.all([
      listTargetGroupIds(table, org, query.limit, query.offset),
      findDataId(table, org),
    ]);
    const groups = await Promise.all(ids.map((id) => targetGroups.find(org, id, now)));
    const views = groups.filter((group) => group !== undefined).map((group) => presentTargetGroup(group, now, query));
    const data = fitting(views);
    const warnings = data.length === views.length ? [] : [leftOut(data.length, views.length, query.offset)];
    return { data, warnings, headers: dataId === undefined ? {} : { [dataIdHeader]: dataId } };
  };
}

function leftOut(shown: number, found: number, offset: number): string {
  return `Only ${shown} of ${found} target groups fit into one answer; go on with offset=${offset + shown}.`;
}
