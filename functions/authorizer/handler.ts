import { externalIssuer } from "../../shared/auth/externalIssuer.ts";
import { readCredentialPlan } from "../../shared/config/credentialPlanConfig.ts";
import { readIssuerConfig } from "../../shared/config/issuerConfig.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { authorize } from "./authorize.ts";

export const handler = authorize(
  deployedTable(),
  systemClock,
  externalIssuer(readIssuerConfig()),
  readCredentialPlan(),
);
