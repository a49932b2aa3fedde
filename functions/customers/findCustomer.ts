import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentCustomer } from "../../shared/http/views/customerView.ts";
import { customerNotFound } from "../../shared/operations/customer.ts";
import type { Table } from "../../shared/table/client.ts";
import { findOwner } from "../../shared/table/customers.ts";

/** `GET /customers?externalId=`: the customer with the brand's own id. Refuses with 300004, 310011. */
export function findCustomer(table: Table): Operation<typeof routes.findCustomer> {
  return async ({ org, parameters }) => {
    const { externalId } = required(parameters).query;
    if (externalId === undefined) throw invalidInput(["externalId in the query is required."]);
    const owner = await findOwner(table, org, externalId);
    if (owner === undefined) throw businessRefusal(customerNotFound({ externalId }));
    return { data: presentCustomer(owner.customer) };
  };
}
