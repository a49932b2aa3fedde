import { apiHandler } from "../../shared/http/apiHandler.ts";
import { deployedTable } from "../../shared/http/deployedTable.ts";
import * as routes from "../../shared/http/routes.ts";
import { createTargetGroup } from "./createTargetGroup.ts";

export const handler = apiHandler(routes.createTargetGroup, createTargetGroup(deployedTable()));
