import { apiHandler } from "../../shared/http/apiHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { recordActivities } from "./recordActivities.ts";

export const handler = apiHandler(routes.recordActivities, recordActivities(deployedContext()));
