import type { Permission } from "../../shared/domain/accessGroups.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { enrollOne } from "../../shared/http/enrollOne.ts";
import type { routes } from "../../shared/http/routes.ts";
import { countEnrollment } from "../../shared/observability/metrics.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";

/**
 * `POST …/enroll`: enrols or re-enrols one customer (docs/enrolment.md).
 *
 * Answers the customer's id. Refuses, in this order, with 4000, 300004, 310017, 310018, 310011, 310019, 310119.
 */
export function enroll(context: ServiceContext, registration: Permission): Operation<typeof routes.enroll> {
  return async (request) => {
    const { result, answer } = await enrollOne(context, request, registration);
    if (result.outcome === "enrolled") countEnrollment(request.org);
    return answer;
  };
}
