import { openTable } from "../../table/client.ts";

export const table = openTable;
