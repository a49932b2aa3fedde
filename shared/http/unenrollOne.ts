import type { ServiceContext } from "../operations/context.ts";
import { unenroll } from "../operations/unenroll.ts";
import type { ApiRequest } from "./apiHandler.ts";
import { businessRefusal } from "./errors.ts";
import { both, type Checked, faultsOf, required } from "./requests/checked.ts";
import { customerFaults, readCustomer } from "./requests/customerId.ts";
import * as schemas from "./requests/schemas.ts";
import { type JsonObject, singleRecord, unknownFieldWarnings } from "./requests/validation.ts";
import type { routes } from "./routes.ts";

/** Un-enrols the customer whom the request names. Refuses, in this order, with 300004, 310017, 310018, 310011, 310126. */
export async function unenrollOne(
  context: ServiceContext,
  { org, authorship, now, body, parameters }: ApiRequest<typeof routes.unenroll>,
): Promise<{ readonly data: number; readonly warnings: readonly string[] }> {
  const [{ path }, record] = required(both(parameters, checkedUnenrollment(body)));
  const { targetGroupId: groupId, targetId } = path;
  const result = await unenroll(context, { org, authorship, groupId, targetId, customer: readCustomer(record) }, now);
  if (result.outcome === "refused") throw businessRefusal(result);
  return { data: result.customerId, warnings: unknownFieldWarnings(schemas.unenroll, record) };
}

/** The record names a customer and nothing else. */
function checkedUnenrollment(body: unknown): Checked<JsonObject> {
  const record = singleRecord(body);
  const faults = "valid" in record ? customerFaults(record.valid) : faultsOf(record);
  return faults.length > 0 ? { faults } : record;
}
