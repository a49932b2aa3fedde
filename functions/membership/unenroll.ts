import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { both, required } from "../../shared/http/requests/checked.ts";
import { readCustomerId } from "../../shared/http/requests/customerId.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checkedRecord, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { countUnenrollment } from "../../shared/observability/metrics.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { unenroll as unenrollCustomer } from "../../shared/operations/unenroll.ts";

/**
 * `POST …/unEnroll`: the customer leaves the current cycle and every later one (docs/enrolment.md).
 *
 * Answers the customer's id. Refuses, in this order, with 300004, 310017, 310018, 310011, 310126.
 */
export function unenroll(context: ServiceContext): Operation<typeof routes.unenroll> {
  return async ({ org, authorship, now, body, parameters }) => {
    const [{ path }, record] = required(both(parameters, checkedRecord(validators.unenroll, body)));
    const { targetGroupId: groupId, targetId } = path;
    const customerId = readCustomerId(record.customerId);
    const result = await unenrollCustomer(context, { org, authorship, groupId, targetId, customerId }, now);
    if (result.outcome === "refused") throw businessRefusal(result);
    countUnenrollment(org);
    return { data: result.customerId, warnings: unknownFieldWarnings(schemas.unenroll, record) };
  };
}
