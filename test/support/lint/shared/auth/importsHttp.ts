import { apiHandler } from "../http/apiHandler.ts";

export const known = apiHandler;
