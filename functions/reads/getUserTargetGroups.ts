import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentCustomerState, type StateOptions } from "../../shared/http/views/customerStateView.ts";
import { fitting } from "../../shared/http/views/fitting.ts";
import { presentLeftTarget } from "../../shared/http/views/leftTargetView.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { customerNotFound } from "../../shared/operations/customer.ts";
import { findGroupsOf } from "../../shared/operations/definition.ts";
import { withShownPast } from "../../shared/operations/shownPast.ts";
import { isRegistered } from "../../shared/table/customers.ts";
import { listAllEnrollments, listEnrollments } from "../../shared/table/enrollments.ts";

/**
 * `GET /users/{userId}/targetGroups`: the targets the customer is enrolled in, and what was achieved
 * (docs/enrolment.md). Enrolments that were left are listed only on request. Large groups can shorten the list; a
 * warning then says so. Refuses with 300004, 310011.
 */
export function getUserTargetGroups(context: ServiceContext): Operation<typeof routes.getUserTargetGroups> {
  return async ({ org, now, parameters }) => {
    const { path, query } = required(parameters);
    // Enrolments in groups that are over are shown only with all their cycles, or when they were left.
    const list = query.includeInactive || query.includeLeft ? listAllEnrollments : listEnrollments;
    const enrollments = await list(context.table, org, path.userId);
    if (enrollments.length === 0 && !(await isRegistered(context.table, org, path.userId)))
      throw businessRefusal(customerNotFound(path.userId));
    const asked = enrollments.filter(({ targetId }) => [undefined, targetId].includes(query.targetRuleId));
    const [current, left] = [
      asked.filter(isEnrolled),
      query.includeLeft ? asked.filter((one) => !isEnrolled(one)) : [],
    ];
    const options: StateOptions = { now, ...query };
    const shown = [...current, ...left.slice(0, maximumLeft)];
    const found = await findGroupsOf(context.targetGroups, org, shown, now);
    const groups = found.filter((group) => group !== undefined).toSorted((one, other) => one.id - other.id);
    const whole = await withShownPast(context.table, org, groups, current, options);
    const rows = groups.flatMap((group) => presentGroup(group, whole, options));
    const targetGroups = fitting(rows);
    const leftTargets = groups.flatMap((group) => presentLeft(group, left, options));
    return {
      data: { userId: path.userId, targetGroups, ...(query.includeLeft ? { leftTargets } : {}) },
      warnings: [...leftOut(targetGroups.length, rows.length), ...leftBehind(left.length)],
    };
  };
}

/** The most enrolments that were left and are listed. Their rows are small and fit beside the others. */
const maximumLeft = 200;

function isEnrolled({ membership }: Enrollment): boolean {
  return membership.status === "ENROLLED";
}

function presentLeft(group: TargetGroup, left: readonly Enrollment[], { now, includeInactiveTargets }: StateOptions) {
  return left
    .slice(0, maximumLeft)
    .filter(({ groupId, targetId }) => groupId === group.id && (includeInactiveTargets || isOpen(group, targetId)))
    .flatMap((enrollment) => presentLeftTarget(group, enrollment, now));
}

/** Whether a re-enrolment is possible. */
function isOpen(group: TargetGroup, targetId: number): boolean {
  return group.isActive && group.targets.some(({ id, isActive }) => id === targetId && isActive);
}

function leftBehind(found: number): string[] {
  if (found <= maximumLeft) return [];
  return [`Only ${maximumLeft} of ${found} targets that were left are answered; ask for the others by targetRuleId.`];
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
