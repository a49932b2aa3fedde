import type { ServiceContext } from "../operations/context.ts";
import { unenroll } from "../operations/unenroll.ts";
import type { ApiRequest } from "./apiHandler.ts";
import { businessRefusal } from "./errors.ts";
import { both, required } from "./requests/checked.ts";
import { readCustomerId } from "./requests/customerId.ts";
import * as schemas from "./requests/schemas.ts";
import { checkedRecord, unknownFieldWarnings } from "./requests/validation.ts";
import * as validators from "./requests/validators.generated.js";
import type { routes } from "./routes.ts";

/** Un-enrols the customer whom the request names. Refuses, in this order, with 300004, 310017, 310018, 310011, 310126. */
export async function unenrollOne(
  context: ServiceContext,
  { org, authorship, now, body, parameters }: ApiRequest<typeof routes.unenroll>,
): Promise<{ readonly data: number; readonly warnings: readonly string[] }> {
  const [{ path }, record] = required(both(parameters, checkedRecord(validators.unenroll, body)));
  const { targetGroupId: groupId, targetId } = path;
  const customerId = readCustomerId(record.customerId);
  const result = await unenroll(context, { org, authorship, groupId, targetId, customerId }, now);
  if (result.outcome === "refused") throw businessRefusal(result);
  return { data: result.customerId, warnings: unknownFieldWarnings(schemas.unenroll, record) };
}
