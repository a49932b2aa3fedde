import type { Operation } from "../../shared/http/apiHandler.ts";
import type { ServiceContext } from "../../shared/http/context.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentTargetGroup } from "../../shared/http/targetGroupView.ts";
import { listTargetGroupIds } from "../../shared/table/targetGroups.ts";

/** `GET /targetGroups`: the org's groups in order of their names, active or not. Refuses with 300004. */
export function listTargetGroups({ table, targetGroups }: ServiceContext): Operation<typeof routes.listTargetGroups> {
  return async ({ org, now, parameters }) => {
    const { query } = parameters();
    const ids = await listTargetGroupIds(table, org, query.limit, query.offset);
    const groups = await Promise.all(ids.map((id) => targetGroups.find(org, id, now)));
    return {
      data: groups.filter((group) => group !== undefined).map((group) => presentTargetGroup(group, now, query)),
    };
  };
}
