import { apiHandler } from "../../shared/http/apiHandler.ts";
import { deployedContext } from "../../shared/http/context.ts";
import * as routes from "../../shared/http/routes.ts";
import { getEnrolledTargets } from "./getEnrolledTargets.ts";

export const handler = apiHandler(routes.getEnrolledTargets, getEnrolledTargets(deployedContext()));
