import { deployedContext } from "../../shared/operations/context.ts";
import { recordActivitiesRoutes } from "./routes.ts";

export const handler = recordActivitiesRoutes(deployedContext()).recordActivities;
