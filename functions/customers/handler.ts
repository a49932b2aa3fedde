import { dispatch } from "../../shared/http/dispatch.ts";
import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { customersRoutes } from "./routes.ts";

export const handler = dispatch(customersRoutes(deployedTable()));
