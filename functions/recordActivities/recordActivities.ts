import type { ApiAnswer, ApiRequest, Operation } from "../../shared/http/apiHandler.ts";
import { countOne } from "../../shared/http/countActivity.ts";
import { failureEnvelope, successEnvelope } from "../../shared/http/envelope.ts";
import { answerFor } from "../../shared/http/errorMiddleware.ts";
import { invalidInput } from "../../shared/http/errors.ts";
import { activitiesInOneCall as most } from "../../shared/http/limits.ts";
import type { routes } from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { TooMuchContention } from "../../shared/table/failures.ts";
import type { Org } from "../../shared/table/keys.ts";
import { Patience } from "../../shared/table/rounds.ts";

type Request = ApiRequest<typeof routes.recordActivities>;

/**
 * `POST /activities`: counts one activity, or up to 25 in their order (docs/activities.md).
 *
 * One: answers what it did, or refuses with 300004 or 310011. An array: answers 200 with an envelope for each, so that
 * a bad one does not fail the others. An activity that failed with 4001 can be sent again unchanged.
 */
export function recordActivities(context: ServiceContext): Operation<typeof routes.recordActivities> {
  return async (request) => {
    const { body, now } = request;
    return Array.isArray(body) ? countEach(context, request, body) : countOne(context, request, body, now);
  };
}

async function countEach(
  context: ServiceContext,
  request: Request,
  activities: readonly unknown[],
): Promise<ApiAnswer> {
  if (activities.length === 0 || activities.length > most) {
    throw invalidInput([`The body must be one activity or an array of 1 to ${most}; got ${activities.length}.`]);
  }
  const patience = new Patience(context.table);
  const envelopes = [];
  for (const [index, activity] of activities.entries()) {
    envelopes.push(patience.allows(index + 1) ? await countOfMany(context, request, activity) : notBegun(request.org));
  }
  return { data: envelopes };
}

function countOfMany(context: ServiceContext, request: Request, activity: unknown) {
  return countOne(context, request, activity, request.now).then(
    ({ data, warnings }) => successEnvelope(data, warnings),
    (error: unknown) => failed(error, request.org),
  );
}

/** The answer for an activity that was not started, because the ones before it took too long to answer it in time. */
function notBegun(org: Org) {
  return failed(new TooMuchContention("The time for one call is used up"), org);
}

function failed(error: unknown, org: Org) {
  const { code, details } = answerFor(error, org);
  return failureEnvelope(code, details);
}
