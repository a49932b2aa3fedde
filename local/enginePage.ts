import { httpResult, successEnvelope } from "../shared/http/envelope.ts";
import type { LocalPages } from "./gateway.ts";

/** The address of the table of a running local service. */
export type EngineAddress = { readonly endpoint: string; readonly region: string; readonly tableName: string };

export const enginePath = "/local/engine";

/** Tells the operator CLI where the table is, because the engine's port differs with each start. */
export function enginePage(address: EngineAddress): LocalPages {
  return { [`GET ${enginePath}`]: async () => httpResult(200, successEnvelope(address, [])) };
}
