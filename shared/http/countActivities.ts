import type { ServiceContext } from "../operations/context.ts";
import { TooMuchContention } from "../table/failures.ts";
import type { Org } from "../table/keys.ts";
import { Patience } from "../table/rounds.ts";
import type { ApiAnswer, ApiRequest } from "./apiHandler.ts";
import type { countOne } from "./countActivity.ts";
import { failureEnvelope, successEnvelope } from "./envelope.ts";
import { answerFor } from "./errorMiddleware.ts";
import { invalidInput } from "./errors.ts";
import { activitiesInOneCall as most } from "./limits.ts";
import { required } from "./requests/checked.ts";
import type { routes } from "./routes.ts";

type Request = ApiRequest<typeof routes.recordActivities>;
type Count = typeof countOne;

/** The answer to a body of one activity, or to an array of up to 25 with an envelope for each. */
export async function countEachActivity(context: ServiceContext, request: Request, count: Count): Promise<ApiAnswer> {
  const { body, now, parameters } = request;
  required(parameters);
  return Array.isArray(body) ? countMany(context, request, body, count) : count(context, request, body, now);
}

async function countMany(
  context: ServiceContext,
  request: Request,
  activities: readonly unknown[],
  count: Count,
): Promise<ApiAnswer> {
  if (activities.length === 0 || activities.length > most) {
    throw invalidInput([`The body must be one activity or an array of 1 to ${most}; got ${activities.length}.`]);
  }
  const patience = new Patience(context.table);
  const envelopes = [];
  for (const [index, activity] of activities.entries()) {
    const mayBegin = patience.allows(index + 1);
    envelopes.push(mayBegin ? await countOfMany(context, request, activity, count) : notBegun(request.org));
  }
  return { data: envelopes };
}

function countOfMany(context: ServiceContext, request: Request, activity: unknown, count: Count) {
  return count(context, request, activity, request.now).then(
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
