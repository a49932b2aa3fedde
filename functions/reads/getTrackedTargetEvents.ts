import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { RequestRefused } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentLedgerEntry } from "../../shared/http/views/ledgerView.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { requireDefinition } from "../../shared/operations/definition.ts";
import { listActive, listSetAside } from "../../shared/table/enrollments.ts";
import type { Org } from "../../shared/table/keys.ts";
import { listLedger } from "../../shared/table/ledger.ts";
import { Patience } from "../../shared/table/rounds.ts";
import { requireRegistered } from "./requireRegistered.ts";

/**
 * `GET /users/{userId}/trackedTargetEvents/{targetRuleId}`: what happened to the customer in the target, oldest first
 * (docs/history.md). A row appears about a second after the change it describes. The total of all rows is known on a page
 * that they do not fill, and with `periodId`. Refuses with 300004, 310011, 310149.
 */
export function getTrackedTargetEvents(context: ServiceContext): Operation<typeof routes.getTrackedTargetEvents> {
  return async ({ org, now, parameters }) => {
    const { path, query } = required(parameters);
    const { userId, targetRuleId } = path;
    const enrollment = await requireEnrollment(context, org, userId, targetRuleId);
    const { group } = await requireDefinition(context.targetGroups, org, enrollment, now);
    const cycle = group.cycles.find(({ id }) => id === query.periodId);
    // A period of another group, or one that does not exist, has no rows.
    const isElsewhere = query.periodId !== undefined && cycle === undefined;
    const ref = { org, customerId: userId, targetId: targetRuleId };
    const { limit, offset } = query;
    const { rows, total } = isElsewhere
      ? { rows: [], total: 0 }
      : await listLedger(context.table, ref, { cycleNumber: cycle?.number, limit, offset });
    return {
      data: rows.map((row) => presentLedgerEntry(group, userId, row)),
      pagination: { limit, offset, total: total ?? null },
    };
  };
}

/** The customer's enrolment in the target, left or not. */
async function requireEnrollment(
  { table }: ServiceContext,
  org: Org,
  userId: number,
  targetRuleId: number,
): Promise<Enrollment> {
  const isAsked = ({ targetId }: Enrollment) => targetId === targetRuleId;
  const patience = new Patience(table);
  const { enrollments, isErased } = await listActive(table, org, userId, patience);
  const setAside = async () => (isErased ? [] : listSetAside(table, org, userId, patience));
  const enrollment = enrollments.find(isAsked) ?? (await setAside()).find(isAsked);
  if (enrollment !== undefined) return enrollment;
  await requireRegistered(table, org, userId);
  throw new RequestRefused(310149, [
    `Customer ${userId} has never been enrolled in target ${targetRuleId}; GET /v3/users/${userId}/enrolledTargets lists the targets of today.`,
  ]);
}
