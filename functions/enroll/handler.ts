import { readRegistrationPermission } from "../../shared/config/registrationConfig.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { enrollRoutes } from "./routes.ts";

export const handler = enrollRoutes(deployedContext(), readRegistrationPermission()).enroll;
