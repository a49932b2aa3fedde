import type { Operation } from "../../shared/http/apiHandler.ts";
import type { routes } from "../../shared/http/routes.ts";
import { unenrollOne } from "../../shared/http/unenrollOne.ts";
import { countUnenrollment } from "../../shared/observability/metrics.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";

/**
 * `POST …/unEnroll`: the customer leaves the current cycle and every later one (docs/enrolment.md).
 *
 * Answers the customer's id. Refuses, in this order, with 300004, 310017, 310018, 310011, 310126.
 */
export function unenroll(context: ServiceContext): Operation<typeof routes.unenroll> {
  return async (request) => {
    const answer = await unenrollOne(context, request);
    countUnenrollment(request.org);
    return answer;
  };
}
