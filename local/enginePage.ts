import { httpResult, successEnvelope } from "../shared/http/envelope.ts";
import type { LocalPages } from "./gateway.ts";

/** Where a running local service keeps its data. */
export type EngineAddress = { readonly endpoint: string; readonly region: string; readonly tableName: string };

export const enginePath = "/local/engine";

/** Tells the operator CLI where the table is: the engine's port is another one each time. */
export function enginePage(address: EngineAddress): LocalPages {
  return { [`GET ${enginePath}`]: async () => httpResult(200, successEnvelope(address, [])) };
}
