import type { Operation } from "../../shared/http/apiHandler.ts";
import { enrollOne } from "../../shared/http/enrollOne.ts";
import type { routes } from "../../shared/http/routes.ts";
import { countEnrollment } from "../../shared/observability/metrics.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";

/**
 * `POST …/enroll`: enrols or re-enrols one customer (docs/enrolment.md).
 *
 * Answers the customer's id. Refuses, in this order, with 300004, 310017, 310018, 310011, 310019, 310119.
 */
export function enroll(context: ServiceContext): Operation<typeof routes.enroll> {
  return async (request) => {
    const { result, answer } = await enrollOne(context, request);
    if (result.outcome === "enrolled") countEnrollment(request.org);
    return answer;
  };
}
