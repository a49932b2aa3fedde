import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentCustomer } from "../../shared/http/views/customerView.ts";
import { whyUnknown } from "../../shared/operations/customer.ts";
import type { Table } from "../../shared/table/client.ts";
import { findCustomer } from "../../shared/table/customers.ts";

/** `GET /customers/{customerId}`. Refuses with 300004, 310011. */
export function getCustomer(table: Table): Operation<typeof routes.getCustomer> {
  return async ({ org, parameters }) => {
    const { customerId } = required(parameters).path;
    const customer = await findCustomer(table, org, customerId);
    if (typeof customer === "string") throw businessRefusal(whyUnknown(customer, customerId));
    return { data: presentCustomer(customer) };
  };
}
