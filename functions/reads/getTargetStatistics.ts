import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentStatistics } from "../../shared/http/views/statisticsView.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { findTarget } from "../../shared/operations/definition.ts";
import { readStatistics } from "../../shared/operations/readStatistics.ts";

/**
 * `GET /targetGroups/{targetGroupId}/targets/{targetId}/statistics`: what the last complete count of the target's customers
 * has found (docs/roster.md). Nobody is named. Refuses with 300004, 310017, 310018.
 */
export function getTargetStatistics({
  table,
  targetGroups,
}: ServiceContext): Operation<typeof routes.getTargetStatistics> {
  return async ({ org, now, parameters }) => {
    const { path } = required(parameters);
    const ref = { groupId: path.targetGroupId, targetId: path.targetId };
    const found = await findTarget(targetGroups, org, ref, now);
    if (found.outcome === "refused") throw businessRefusal(found);
    const statistics = await readStatistics(table, org, found.group, ref.targetId);
    return {
      data: presentStatistics(found.group, statistics),
      warnings: statistics === undefined ? [notCounted] : [],
    };
  };
}

const notCounted = "The customers of this target group have not been counted yet; all numbers are 0.";
