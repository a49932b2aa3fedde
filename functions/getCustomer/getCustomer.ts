import type { Operation } from "../../shared/http/apiHandler.ts";
import { presentCustomer } from "../../shared/http/customerView.ts";
import { customerNotFound } from "../../shared/http/preconditions.ts";
import type { routes } from "../../shared/http/routes.ts";
import type { Table } from "../../shared/table/client.ts";
import { findCustomer } from "../../shared/table/customers.ts";

/** `GET /customers/{customerId}`. Refuses with 300004, 310011. */
export function getCustomer(table: Table): Operation<typeof routes.getCustomer> {
  return async ({ org, parameters }) => {
    const { customerId } = parameters().path;
    const customer = await findCustomer(table, org, customerId);
    if (customer === undefined) throw customerNotFound(customerId);
    return { data: presentCustomer(customer) };
  };
}
