import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentErasure } from "../../shared/http/views/erasureView.ts";
import { requestErasure } from "../../shared/operations/requestErasure.ts";
import type { Table } from "../../shared/table/client.ts";

/**
 * `DELETE /customers/{customerId}?mode=`: asks for a customer's data to be erased or anonymised (docs/privacy.md): 202. A
 * repeat answers the request that there is. Refuses with 300004, 310011.
 */
export function eraseCustomer(table: Table): Operation<typeof routes.eraseCustomer> {
  return async ({ org, now, authorship, parameters }) => {
    const { path, query } = required(parameters);
    // A deletion has no default, so that nobody erases by leaving something out.
    if (query.mode === undefined) throw invalidInput(["mode in the query is required: ERASE or ANONYMISE."]);
    const request = { org, customerId: path.customerId, mode: query.mode, requestedAt: now, ...authorship };
    const erasure = await requestErasure(table, request);
    if (erasure.outcome === "refused") throw businessRefusal(erasure);
    return { status: 202, data: presentErasure(erasure) };
  };
}
