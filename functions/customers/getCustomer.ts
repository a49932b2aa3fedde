import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentCustomer } from "../../shared/http/views/customerView.ts";
import { customerErased, customerNotFound } from "../../shared/operations/customer.ts";
import type { Table } from "../../shared/table/client.ts";
import { findProfile, isErased } from "../../shared/table/customers.ts";

/**
 * `GET /customers/{customerId}`. The read is consistent, so that it shows no name that was erased before. Refuses with 300004,
 * 310011.
 */
export function getCustomer(table: Table): Operation<typeof routes.getCustomer> {
  return async ({ org, parameters }) => {
    const { customerId } = required(parameters).path;
    const profile = await findProfile(table, org, customerId);
    if (profile === undefined) throw businessRefusal(customerNotFound(customerId));
    if (isErased(profile)) throw businessRefusal(customerErased(customerId));
    return { data: presentCustomer(profile.customer) };
  };
}
