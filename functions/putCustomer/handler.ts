import { apiHandler } from "../../shared/http/apiHandler.ts";
import { deployedContext } from "../../shared/http/context.ts";
import { routes } from "../../shared/http/routes.ts";
import { putCustomer } from "./putCustomer.ts";

export const handler = apiHandler(routes.putCustomer, putCustomer(deployedContext()));
