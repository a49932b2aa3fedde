import { readRegistrationPermission } from "../../shared/config/registrationConfig.ts";
import { dispatch } from "../../shared/http/dispatch.ts";
import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { simulationsRoutes } from "./routes.ts";

export const handler = dispatch(simulationsRoutes(deployedTable(), readRegistrationPermission()));
