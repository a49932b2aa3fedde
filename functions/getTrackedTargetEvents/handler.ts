import { apiHandler } from "../../shared/http/apiHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { getTrackedTargetEvents } from "./getTrackedTargetEvents.ts";

export const handler = apiHandler(routes.getTrackedTargetEvents, getTrackedTargetEvents(deployedContext()));
