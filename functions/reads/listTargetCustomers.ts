import { currentCycle } from "../../shared/domain/cycles.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import { refused } from "../../shared/domain/refusal.ts";
import type { RosterFilter } from "../../shared/domain/roster.ts";
import type { Cycle, TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import { readCursor, writeCursor } from "../../shared/http/requests/rosterCursor.ts";
import type { QueryOf, routes } from "../../shared/http/routes.ts";
import { presentRosterRow } from "../../shared/http/views/rosterView.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { findTarget, findTargetFresh, requireDefinition } from "../../shared/operations/definition.ts";
import { listRoster } from "../../shared/operations/listRoster.ts";
import { listShards } from "../../shared/table/targetShards.ts";

type Route = typeof routes.listTargetCustomers;

/**
 * `GET /targetGroups/{targetGroupId}/targets/{targetId}/customers`: who is or was in the target, a page at a time, active
 * or not (docs/roster.md). Each row is consistent, the whole list is not. Refuses with 300004, 310017, 310018, 310019.
 */
export function listTargetCustomers({ table, targetGroups }: ServiceContext): Operation<Route> {
  return async ({ org, now, parameters }) => {
    const { path, query } = required(parameters);
    const ref = { groupId: path.targetGroupId, targetId: path.targetId };
    const { status, periodId, achieved } = query;
    const scope = [org, ref.groupId, ref.targetId, status, periodId ?? null, achieved ?? null];
    const from = required(readCursor(scope, query.cursor));
    // A cycle may have been appended a moment ago. So it is refused only by the definition as it is now.
    const find = hasCycle(targetGroups.cached(org, ref.groupId, now), query, now) ? findTarget : findTargetFresh;
    const [found, shards] = await Promise.all([find(targetGroups, org, ref, now), listShards(table, org, ref)]);
    if (found.outcome === "refused") throw businessRefusal(found);
    const filter = readFilter(found.group, query, now);
    const { rows, next } = await listRoster(table, { org, ...ref }, filter, { shards, from, limit: query.limit });
    // A row may name a cycle that was appended a moment ago.
    const definitionVersion = Math.max(1, ...rows.map(({ enrollment }) => enrollment.definitionVersion));
    const { group, target } = await requireDefinition(targetGroups, org, { ...ref, definitionVersion }, now);
    return {
      data: {
        customers: rows.map((row) => presentRosterRow(group, target, row, filter.cycle, now)),
        nextCursor: next === undefined ? null : writeCursor(scope, next),
      },
    };
  };
}

type Query = QueryOf<Route["query"]>;

/** Whether the definition has the cycle that the caller asks for, if any. */
function hasCycle(group: TargetGroup | undefined, query: Query, now: Instant): boolean {
  const isAskedFor = query.periodId !== undefined || query.achieved !== undefined;
  return !isAskedFor || (group !== undefined && cycleOf(group, query, now) !== undefined);
}

/** The cycle with the id; without one, the current cycle. */
function cycleOf({ cycles }: TargetGroup, { periodId }: Query, now: Instant): Cycle | undefined {
  return periodId === undefined ? currentCycle(cycles, now) : cycles.find(({ id }) => id === periodId);
}

function readFilter(group: TargetGroup, query: Query, now: Instant): RosterFilter {
  const { status, periodId, achieved } = query;
  const cycle = cycleOf(group, query, now);
  if (cycle === undefined && periodId !== undefined) {
    throw businessRefusal(refused(310019, `Target group ${group.id} has no period ${periodId}.`));
  }
  if (cycle === undefined && achieved !== undefined) {
    throw invalidInput(["achieved in the query needs periodId, because no cycle is current."]);
  }
  return { status, cycle, isOfCycle: periodId !== undefined || achieved !== undefined, isAchieved: achieved };
}
