import type { Operation } from "../../shared/http/apiHandler.ts";
import { both, required } from "../../shared/http/requests/checked.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checked, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { presentCustomer } from "../../shared/http/views/customerView.ts";
import { putExternalId } from "../../shared/operations/putExternalId.ts";
import type { Table } from "../../shared/table/client.ts";

/**
 * `POST /customers`: registers a customer by the brand's own id, under an id that the service draws: 201. When somebody
 * has the external id already, changes that customer's profile and answers 200. Refuses with 300004.
 */
export function registerCustomer(table: Table): Operation<typeof routes.registerCustomer> {
  return async ({ org, now, body, parameters }) => {
    const [, { externalId, firstName, lastName }] = required(
      both(parameters, checked(validators.registerCustomer, body)),
    );
    const { customer, isNew } = await putExternalId(table, org, externalId, { firstName, lastName }, now);
    const warnings = unknownFieldWarnings(schemas.registerCustomer, body);
    return { status: isNew ? 201 : 200, data: presentCustomer(customer), warnings };
  };
}
