import type { Operation } from "../../shared/http/apiHandler.ts";
import type { routes } from "../../shared/http/routes.ts";
import { unenrollOne } from "../../shared/http/unenrollOne.ts";
import type { Table } from "../../shared/table/client.ts";
import { nothingWritten, rehearsalContext } from "./rehearsal.ts";

/**
 * `POST …/unEnroll/simulate`: what `POST …/unEnroll` would answer.
 *
 * Refuses as `POST …/unEnroll` does.
 */
export function simulateUnenrollment(table: Table): Operation<typeof routes.simulateUnenrollment> {
  return async (request) => {
    const { data, warnings } = await unenrollOne(rehearsalContext(table), request);
    return { data, warnings: [nothingWritten, ...warnings] };
  };
}
