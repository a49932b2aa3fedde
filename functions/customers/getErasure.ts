import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentErasure } from "../../shared/http/views/erasureView.ts";
import { findErasure } from "../../shared/operations/requestErasure.ts";
import type { Table } from "../../shared/table/client.ts";

/** `GET /erasures/{requestId}`: how far the latest erasure of a customer is. Refuses with 300004, 310011. */
export function getErasure(table: Table): Operation<typeof routes.getErasure> {
  return async ({ org, parameters }) => {
    const { requestId } = required(parameters).path;
    const erasure = await findErasure(table, org, requestId);
    if (erasure.outcome === "refused") throw businessRefusal(erasure);
    return { data: presentErasure(erasure) };
  };
}
