import { hasEnded } from "../../shared/domain/cycles.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { QueryOf, routes } from "../../shared/http/routes.ts";
import { presentAvailableTargets } from "../../shared/http/views/availableTargetView.ts";
import { presentCustomerState, type StateOptions } from "../../shared/http/views/customerStateView.ts";
import { fitting } from "../../shared/http/views/fitting.ts";
import { presentLeftTarget } from "../../shared/http/views/leftTargetView.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { findGroupsOf } from "../../shared/operations/definition.ts";
import { findNewestGroups, type NewestGroups } from "../../shared/operations/newestGroups.ts";
import { withShownPast } from "../../shared/operations/shownPast.ts";
import type { Table } from "../../shared/table/client.ts";
import { listAllEnrollments, listEnrollments } from "../../shared/table/enrollments.ts";
import type { Org } from "../../shared/table/keys.ts";
import { requireRegistered } from "./requireRegistered.ts";

type Query = QueryOf<(typeof routes.getUserTargetGroups)["query"]>;

/**
 * `GET /users/{userId}/targetGroups`: the targets the customer is enrolled in, and what was achieved
 * (docs/enrolment.md). With `enrolmentStatus`, those that the customer can be enrolled in, has left, or has completed.
 * Large groups can shorten the list; a warning then says so. Refuses with 300004, 310011.
 */
export function getUserTargetGroups(context: ServiceContext): Operation<typeof routes.getUserTargetGroups> {
  return async ({ org, now, parameters }) => {
    const { path, query } = required(parameters);
    const { userId } = path;
    const { enrolmentStatus: status } = query;
    const [all, newest] = await Promise.all([
      (showsOver(query) ? listAllEnrollments : listEnrollments)(context.table, org, userId),
      status === "AVAILABLE" ? findNewestGroups(context, org, now) : undefined,
    ]);
    if (all.length === 0) await requireRegistered(context.table, org, userId);
    const asked = all.filter(({ targetId }) => [undefined, targetId].includes(query.targetRuleId));
    const isAnswered = query.includeLeft || status === "LEFT";
    const leftOnes = isAnswered ? asked.filter((one) => !isEnrolled(one)) : [];
    const shown = [...enrolledOnes(asked, status), ...leftOnes.slice(0, maximumLeft)];
    const found = await findGroupsOf(context.targetGroups, org, shown, now);
    const groups = found.filter((group) => group !== undefined).toSorted((one, other) => one.id - other.id);
    const options: StateOptions = { ...query, now, includeInactive: query.includeInactive || status === "COMPLETED" };
    const rows = await presentEnrolled(context.table, org, groups, {
      enrollments: shown.filter(isEnrolled),
      status,
      options,
    });
    const targetGroups = fitting(rows);
    const availableTargets = newest?.groups.flatMap((group) => presentAvailable(group, all, query, now));
    return {
      data: {
        userId,
        targetGroups,
        ...(isAnswered ? { leftTargets: groups.flatMap((group) => presentLeft(group, leftOnes, options)) } : {}),
        ...(availableTargets === undefined ? {} : { availableTargets }),
      },
      warnings: [...leftOut(targetGroups.length, rows.length), ...leftBehind(leftOnes.length), ...notAll(newest)],
    };
  };
}

/** Enrolments in groups that are over are shown only with all their cycles, or when they were left. */
function showsOver({ includeInactive, includeLeft, enrolmentStatus }: Query): boolean {
  return includeInactive || includeLeft || ["LEFT", "COMPLETED"].includes(enrolmentStatus ?? "");
}

/** The enrolments to answer as `targetGroups`. */
function enrolledOnes(asked: readonly Enrollment[], status: Query["enrolmentStatus"]): Enrollment[] {
  return status === "LEFT" || status === "AVAILABLE" ? [] : asked.filter(isEnrolled);
}

type Enrolled = {
  readonly enrollments: readonly Enrollment[];
  readonly status: Query["enrolmentStatus"];
  readonly options: StateOptions;
};

/** With `COMPLETED` only the groups whose last cycle has ended: an enrolment covers all cycles up to it. */
async function presentEnrolled(
  table: Table,
  org: Org,
  groups: readonly TargetGroup[],
  { enrollments, status, options }: Enrolled,
) {
  const shown = status === "COMPLETED" ? groups.filter(({ cycles }) => hasEnded(cycles, options.now)) : groups;
  const whole = await withShownPast(table, org, shown, enrollments, options);
  return shown.flatMap((group) => presentGroup(group, whole, options));
}

function presentAvailable(group: TargetGroup, all: readonly Enrollment[], { targetRuleId }: Query, now: Instant) {
  const enrolled = all.filter((one) => one.groupId === group.id && isEnrolled(one));
  const rows = presentAvailableTargets(group, enrolled, now);
  return rows.filter((row) => [undefined, row.targetRuleId].includes(targetRuleId));
}

function notAll(newest: NewestGroups | undefined): string[] {
  if (newest === undefined || newest.isWhole) return [];
  return [
    "Only the target groups that were created last were looked at, because there are very many; GET /v3/targetGroups lists all.",
  ];
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
