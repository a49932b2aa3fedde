import type { Operation } from "../../shared/http/apiHandler.ts";
import { countEachActivity } from "../../shared/http/countActivities.ts";
import { countOne } from "../../shared/http/countActivity.ts";
import type { routes } from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";

/**
 * `POST /activities`: counts one activity, or up to 25 in their order (docs/activities.md).
 *
 * One: answers what it did, or refuses with 300004 or 310011. An array: answers 200 with an envelope for each, so that
 * a bad one does not fail the others. An activity that failed with 4001 can be sent again unchanged.
 */
export function recordActivities(context: ServiceContext): Operation<typeof routes.recordActivities> {
  return (request) => countEachActivity(context, request, countOne);
}
