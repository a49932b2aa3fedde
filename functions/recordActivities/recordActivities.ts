import type { ApiAnswer, ApiRequest, Operation } from "../../shared/http/apiHandler.ts";
import type { ServiceContext } from "../../shared/http/context.ts";
import { countOne } from "../../shared/http/countActivity.ts";
import { failureEnvelope, successEnvelope } from "../../shared/http/envelope.ts";
import { answerFor } from "../../shared/http/errorMiddleware.ts";
import { invalidInput } from "../../shared/http/errors.ts";
import type { routes } from "../../shared/http/routes.ts";
import { limits } from "../../shared/http/schemas.ts";

type Request = ApiRequest<typeof routes.recordActivities>;

/**
 * `POST /activities`: counts one activity, or up to 25 in their order (docs/activities.md).
 *
 * One: answers what it did, or refuses with 300004 or 310011. An array: answers 200 with an envelope for each, so that
 * a bad one does not fail the others. Whatever failed with 4001 can be sent again as it is.
 */
export function recordActivities(context: ServiceContext): Operation<typeof routes.recordActivities> {
  return async (request) => {
    const { body, org, now } = request;
    return Array.isArray(body) ? countEach(context, request, body) : countOne(context, org, body, now);
  };
}

async function countEach(
  context: ServiceContext,
  { org, now }: Request,
  activities: readonly unknown[],
): Promise<ApiAnswer> {
  const { activitiesInOneCall: most } = limits;
  if (activities.length === 0 || activities.length > most) {
    throw invalidInput([`The body must be one activity or an array of 1 to ${most}; got ${activities.length}.`]);
  }
  const envelopes = [];
  for (const activity of activities) {
    envelopes.push(
      await countOne(context, org, activity, now).then(
        ({ data, warnings }) => successEnvelope(data, warnings),
        (error: unknown) => {
          const { code, details } = answerFor(error);
          return failureEnvelope(code, details);
        },
      ),
    );
  }
  return { data: envelopes };
}
