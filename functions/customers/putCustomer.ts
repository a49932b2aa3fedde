import type { Operation } from "../../shared/http/apiHandler.ts";
import { both, required } from "../../shared/http/requests/checked.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checked, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { presentCustomer } from "../../shared/http/views/customerView.ts";
import { putCustomer as writeCustomer } from "../../shared/operations/putCustomer.ts";
import type { Table } from "../../shared/table/client.ts";

/**
 * `PUT /customers/{customerId}`: registers the customer or replaces the profile; only registered customers can be
 * enrolled. Answers the customer as stored. Refuses with 300004.
 */
export function putCustomer(table: Table): Operation<typeof routes.putCustomer> {
  return async ({ org, now, body, parameters }) => {
    const [{ path }, record] = required(both(parameters, checked(validators.putCustomer, body)));
    const profile = {
      firstName: record.firstName ?? undefined,
      lastName: record.lastName ?? undefined,
      externalId: record.externalId ?? undefined,
    };
    const customer = await writeCustomer(table, org, path.customerId, profile, now);
    return { data: presentCustomer(customer), warnings: unknownFieldWarnings(schemas.putCustomer, body) };
  };
}
