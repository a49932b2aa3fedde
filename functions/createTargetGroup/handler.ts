import { apiHandler } from "../../shared/http/apiHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { createTargetGroup } from "./createTargetGroup.ts";

export const handler = apiHandler(routes.createTargetGroup, createTargetGroup(deployedTable()));
