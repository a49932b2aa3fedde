import { type ApiRequest, type Operation, requirePermission } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { adjustmentIdReused, largestAmount, readAdjustRecord } from "../../shared/http/requests/adjustRecord.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentAdjustment } from "../../shared/http/views/activityView.ts";
import { countAdjustment } from "../../shared/observability/metrics.ts";
import { adjust as adjustTarget } from "../../shared/operations/adjust.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";

type Request = ApiRequest<typeof routes.adjust>;

/**
 * `POST …/adjust`: adds an amount to what a customer has achieved in one cycle, or takes it off (docs/adjustments.md).
 * `limit` is the largest amount for callers without the permission `manage`.
 *
 * Answers what it did; a repeat gets the same answer. Refuses, in this order, with 4000, 300004, 310017, 310018, 310011,
 * 310019, 310126. The 300004 is a 422 for an id that was used before.
 */
export function adjust(context: ServiceContext, limit: number | undefined): Operation<typeof routes.adjust> {
  return async (request) => {
    requireWithin(limit, request);
    const { org, now } = request;
    const { warnings, ...record } = readAdjustRecord(request);
    const result = await adjustTarget(context, { ...record, org }, now);
    switch (result.outcome) {
      case "refused":
        throw businessRefusal(result);
      case "idReused":
        throw adjustmentIdReused(record.adjustment.adjustmentId);
      case "adjusted":
      case "repeated": {
        if (result.outcome === "adjusted") countAdjustment(org);
        const find = (groupId: number, version: number | undefined) =>
          context.targetGroups.find(org, groupId, now, version);
        const data = await presentAdjustment(result.activity, find);
        const repeat = result.outcome === "repeated" ? [alreadyMade(result.activity.activityId)] : [];
        return { data, warnings: [...warnings, ...repeat] };
      }
    }
  };
}

/** Refuses with 4000 an amount beyond the limit of a caller who is no admin. */
function requireWithin(limit: number | undefined, { accessGroup, body }: Request): void {
  if (limit === undefined || largestAmount(body) <= limit) return;
  requirePermission(accessGroup, "manage", `An adjustment by more than ${limit}`);
}

function alreadyMade(adjustmentId: string): string {
  return `Adjustment ${adjustmentId} was already made; this is what it did then.`;
}
