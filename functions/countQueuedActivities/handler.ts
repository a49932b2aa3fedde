import { readOrgQueues } from "../../shared/config/queueConfig.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { countQueuedActivities } from "./countQueuedActivities.ts";

export const handler = countQueuedActivities(deployedContext(), readOrgQueues());
