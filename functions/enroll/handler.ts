import { apiHandler } from "../../shared/http/apiHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { enroll } from "./enroll.ts";

export const handler = apiHandler(routes.enroll, enroll(deployedContext()));
