import { createContext, type ServiceContext } from "../../shared/operations/context.ts";
import type { Table } from "../../shared/table/client.ts";
import { rehearsing } from "../../shared/table/rehearsal.ts";

/** The first warning of each simulation. */
export const nothingWritten = "Nothing was written: this is a simulation.";

/** The context of one simulation: no write takes place, and each definition is read anew. */
export function rehearsalContext(table: Table): ServiceContext {
  return createContext(rehearsing(table));
}
