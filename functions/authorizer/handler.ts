import { systemClock } from "../../shared/auth/clock.ts";
import { externalIssuer } from "../../shared/auth/externalIssuer.ts";
import { readIssuerConfig } from "../../shared/config/issuerConfig.ts";
import { readTableConfig } from "../../shared/config/tableConfig.ts";
import { openTable } from "../../shared/table/client.ts";
import { authorize } from "./authorize.ts";

export const handler = authorize(openTable(readTableConfig()), systemClock, externalIssuer(readIssuerConfig()));
