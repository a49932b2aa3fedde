import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { Table } from "../../shared/table/client.ts";
import { findCustomer } from "./findCustomer.ts";
import { getCustomer } from "./getCustomer.ts";
import { putCustomer } from "./putCustomer.ts";
import { registerCustomer } from "./registerCustomer.ts";

/** The routes of customers' profiles. */
export function customersRoutes(table: Table): RouteLambdas<"customers"> {
  return {
    putCustomer: apiHandler(routes.putCustomer, putCustomer(table)),
    getCustomer: apiHandler(routes.getCustomer, getCustomer(table)),
    registerCustomer: apiHandler(routes.registerCustomer, registerCustomer(table)),
    findCustomer: apiHandler(routes.findCustomer, findCustomer(table)),
  };
}
