import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { Table } from "../../shared/table/client.ts";
import { eraseCustomer } from "./eraseCustomer.ts";
import { findCustomer } from "./findCustomer.ts";
import { getCustomer } from "./getCustomer.ts";
import { getErasure } from "./getErasure.ts";
import { putCustomer } from "./putCustomer.ts";
import { registerCustomer } from "./registerCustomer.ts";

/** The routes of customers' profiles. */
export function customersRoutes(table: Table): RouteLambdas<"customers"> {
  return {
    putCustomer: apiHandler(routes.putCustomer, putCustomer(table)),
    getCustomer: apiHandler(routes.getCustomer, getCustomer(table)),
    registerCustomer: apiHandler(routes.registerCustomer, registerCustomer(table)),
    eraseCustomer: apiHandler(routes.eraseCustomer, eraseCustomer(table)),
    getErasure: apiHandler(routes.getErasure, getErasure(table)),
    findCustomer: apiHandler(routes.findCustomer, findCustomer(table)),
  };
}
