import { apiHandler } from "../../shared/http/apiHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { getCustomer } from "./getCustomer.ts";

export const handler = apiHandler(routes.getCustomer, getCustomer(deployedTable()));
