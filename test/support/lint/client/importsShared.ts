import { routes } from "../shared/http/routes.ts";

export const methods = Object.values(routes).map(({ method }) => method);
