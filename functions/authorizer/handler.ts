import { systemClock } from "../../shared/auth/clock.ts";
import { readTableConfig } from "../../shared/config/tableConfig.ts";
import { openTable } from "../../shared/table/client.ts";
import { authorize } from "./authorize.ts";

export const handler = authorize(openTable(readTableConfig()), systemClock);
