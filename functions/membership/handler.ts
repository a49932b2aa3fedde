import { readAdjustmentLimit } from "../../shared/config/adjustmentConfig.ts";
import { dispatch } from "../../shared/http/dispatch.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { membershipRoutes } from "./routes.ts";

export const handler = dispatch(membershipRoutes(deployedContext(), readAdjustmentLimit()));
