import type { Operation } from "../../shared/http/apiHandler.ts";
import { countEachActivity } from "../../shared/http/countActivities.ts";
import { answerActivity } from "../../shared/http/countActivity.ts";
import type { routes } from "../../shared/http/routes.ts";
import type { Table } from "../../shared/table/client.ts";
import { nothingWritten, rehearsalContext } from "./rehearsal.ts";

/**
 * `POST /activities/simulate`: what `POST /activities` would answer. Each activity of an array is tried on what is
 * stored, and not on what those before it would change.
 *
 * Refuses as `POST /activities` does.
 */
export function simulateActivities(table: Table): Operation<typeof routes.simulateActivities> {
  return async (request) => {
    const answer = await countEachActivity(rehearsalContext(table), request, async (context, sender, value, now) => {
      const { answer: one } = await answerActivity(context, sender, value, now);
      return one;
    });
    return { ...answer, warnings: [nothingWritten, ...(answer.warnings ?? [])] };
  };
}
