import { routes } from "../../../../shared/http/routes.ts";

export const reachesBehindTheApi = routes;
