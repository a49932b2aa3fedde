import { systemClock } from "../../shared/auth/clock.ts";
import { externalIssuer } from "../../shared/auth/externalIssuer.ts";
import { readIssuerConfig } from "../../shared/config/issuerConfig.ts";
import { deployedTable } from "../../shared/http/deployedTable.ts";
import { authorize } from "./authorize.ts";

export const handler = authorize(deployedTable(), systemClock, externalIssuer(readIssuerConfig()));
