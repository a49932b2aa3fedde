import { apiHandler } from "../../shared/http/apiHandler.ts";
import { deployedContext } from "../../shared/http/context.ts";
import { routes } from "../../shared/http/routes.ts";
import { getCustomer } from "./getCustomer.ts";

export const handler = apiHandler(routes.getCustomer, getCustomer(deployedContext()));
