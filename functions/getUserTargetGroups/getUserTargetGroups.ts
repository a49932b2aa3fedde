import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import type { ServiceContext } from "../../shared/http/context.ts";
import { presentCustomerState, type StateOptions } from "../../shared/http/customerStateView.ts";
import { fitting } from "../../shared/http/fitting.ts";
import { customerNotFound } from "../../shared/http/preconditions.ts";
import type { routes } from "../../shared/http/routes.ts";
import { isRegistered } from "../../shared/table/customers.ts";
import { listEnrollments } from "../../shared/table/enrollments.ts";

/**
 * `GET /users/{userId}/targetGroups`: what the customer is enrolled in and has achieved (docs/enrolment.md).
 * Enrolments that were left are not listed; fewer groups than there are, with a warning, when they are large. Refuses
 * with 300004, 310011.
 */
export function getUserTargetGroups(context: ServiceContext): Operation<typeof routes.getUserTargetGroups> {
  return async ({ org, now, parameters }) => {
    const { path, query } = parameters();
    const [isKnown, enrollments] = await Promise.all([
      isRegistered(context.table, org, path.userId),
      listEnrollments(context.table, org, path.userId),
    ]);
    if (!isKnown) throw customerNotFound(path.userId);
    const current = enrollments.filter(
      ({ membership, targetId }) =>
        membership.status === "ENROLLED" && (query.targetRuleId === undefined || query.targetRuleId === targetId),
    );
    const options: StateOptions = { now, ...query };
    const groupIds = [...new Set(current.map(({ groupId }) => groupId))].toSorted((one, other) => one - other);
    const groups = await Promise.all(groupIds.map((groupId) => context.targetGroups.find(org, groupId, now)));
    const rows = groups.flatMap((group) => (group === undefined ? [] : presentGroup(group, current, options)));
    const targetGroups = fitting(rows);
    return { data: { userId: path.userId, targetGroups }, warnings: leftOut(targetGroups.length, rows.length) };
  };
}

function leftOut(shown: number, found: number): string[] {
  if (shown === found) return [];
  return [`Only ${shown} of ${found} target groups fit into one answer; ask for the others by targetRuleId.`];
}

function presentGroup(group: TargetGroup, enrollments: readonly Enrollment[], options: StateOptions) {
  return presentCustomerState(
    group,
    enrollments.filter(({ groupId }) => groupId === group.id),
    options,
  );
}
