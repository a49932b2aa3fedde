import { apiHandler } from "../../shared/http/apiHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { getTargetGroup } from "./getTargetGroup.ts";

export const handler = apiHandler(routes.getTargetGroup, getTargetGroup(deployedTable()));
