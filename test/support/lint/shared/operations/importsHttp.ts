import { routes } from "../http/routes.ts";

export const known = routes;
