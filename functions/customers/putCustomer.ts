import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import { both, required } from "../../shared/http/requests/checked.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checked, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { presentCustomer } from "../../shared/http/views/customerView.ts";
import { customerErased } from "../../shared/operations/customer.ts";
import { putCustomer as writeCustomer } from "../../shared/operations/putCustomer.ts";
import type { Table } from "../../shared/table/client.ts";

/**
 * `PUT /customers/{customerId}`: registers the customer or changes the profile; only registered customers can be
 * enrolled. An absent field stays as it is, and `null` empties it. Answers the customer as stored. Refuses with 300004,
 * with HTTP 409 when the external id is another customer's, and with 310011 for a customer who was erased.
 */
export function putCustomer(table: Table): Operation<typeof routes.putCustomer> {
  return async ({ org, now, body, parameters }) => {
    const [{ path }, record] = required(both(parameters, checked(validators.putCustomer, body)));
    const { firstName, lastName, externalId } = record;
    const customer = await writeCustomer(table, org, path.customerId, { firstName, lastName, externalId }, now);
    if (customer === "erased") throw businessRefusal(customerErased(path.customerId));
    if (customer === "externalIdTaken") {
      throw invalidInput(["externalId is another customer's; give this one another, or empty that one's first."], 409);
    }
    return { data: presentCustomer(customer), warnings: unknownFieldWarnings(schemas.putCustomer, body) };
  };
}
