import { deployedContext } from "../../shared/http/context.ts";
import { countQueuedActivities } from "./countQueuedActivities.ts";

export const handler = countQueuedActivities(deployedContext());
