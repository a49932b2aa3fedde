import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentEnrolledTarget } from "../../shared/http/views/enrolledTargetView.ts";
import { fitting } from "../../shared/http/views/fitting.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { findGroupsOf } from "../../shared/operations/definition.ts";
import { listAllEnrollments } from "../../shared/table/enrollments.ts";
import { requireRegistered } from "./requireRegistered.ts";

/**
 * `GET /users/{userId}/enrolledTargets`: the definitions of the targets the customer is enrolled in, in order of group
 * and target. Deactivated ones are marked. Large definitions can shorten the list; a warning then says so. Refuses with
 * 300004, 310011.
 */
export function getEnrolledTargets(context: ServiceContext): Operation<typeof routes.getEnrolledTargets> {
  return async ({ org, now, parameters }) => {
    const { userId } = required(parameters).path;
    const all = await listAllEnrollments(context.table, org, userId);
    if (all.length === 0) await requireRegistered(context.table, org, userId);
    const enrolled = all.filter(({ membership }) => membership.status === "ENROLLED").toSorted(byGroupAndTarget);
    const groups = await findGroupsOf(context.targetGroups, org, enrolled, now);
    const rows = enrolled.flatMap((enrollment) => present(groups, enrollment));
    const shown = fitting(rows);
    return { data: shown, warnings: leftOut(shown.length, rows.length) };
  };
}

function leftOut(shown: number, found: number): string[] {
  if (shown === found) return [];
  return [`Only ${shown} of ${found} targets fit into one answer; GET /v3/targetGroups lists the definitions of all.`];
}

function present(groups: readonly (TargetGroup | undefined)[], enrollment: Enrollment) {
  const group = groups.find((one) => one?.id === enrollment.groupId);
  const target = group?.targets.find(({ id }) => id === enrollment.targetId);
  return group === undefined || target === undefined ? [] : [presentEnrolledTarget(group, target, enrollment)];
}

function byGroupAndTarget(one: Enrollment, other: Enrollment): number {
  return one.groupId - other.groupId || one.targetId - other.targetId;
}
