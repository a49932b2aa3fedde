import { deployedContext } from "../../shared/operations/context.ts";
import { membershipRoutes } from "./routes.ts";

export const handler = membershipRoutes(deployedContext()).unenroll;
