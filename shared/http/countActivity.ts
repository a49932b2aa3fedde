import type { Authorship } from "../domain/authorship.ts";
import type { Instant } from "../domain/instant.ts";
import { countRecordedActivity } from "../observability/metrics.ts";
import type { ServiceContext } from "../operations/context.ts";
import { customerErased, customerNotFound, identifyCustomer } from "../operations/customer.ts";
import { recordActivity } from "../operations/recordActivity.ts";
import type { Org } from "../table/keys.ts";
import { businessRefusal, RequestRefused } from "./errors.ts";
import { activityIdReused, parseActivityRequest, tooManyTargets } from "./requests/activityRequest.ts";
import * as schemas from "./requests/schemas.ts";
import { unknownFieldWarnings } from "./requests/validation.ts";
import { presentActivity } from "./views/activityView.ts";

/** The refusal of an activity whose customer was erased. No repeat of it can ever count. */
export class OfErasedCustomer extends RequestRefused {
  constructor(customerId: number) {
    const { code, detail } = customerErased(customerId);
    super(code, [detail]);
  }
}

/** The brand of an activity, and who entered it. */
export type ActivitySender = { readonly org: Org; readonly authorship: Authorship };

/**
 * Counts one activity and answers its effects, whether it came over HTTP or the queue. A repeat answers the effects of
 * the first delivery. Throws `RequestRefused` with 310011, or with 300004. The 300004 is a 422 for an id that was
 * delivered with other content, and for a customer in too many targets.
 */
export async function countOne(context: ServiceContext, sender: ActivitySender, value: unknown, now: Instant) {
  const { isRecorded, answer } = await answerActivity(context, sender, value, now);
  if (isRecorded) countRecordedActivity(sender.org);
  return answer;
}

/** The same without its metric. `isRecorded` says that it is no repeat. */
export async function answerActivity(
  { table, targetGroups }: ServiceContext,
  { org, authorship }: ActivitySender,
  value: unknown,
  now: Instant,
) {
  const { customer, ...sent } = parseActivityRequest(value, now);
  const customerId = await identifyCustomer(table, org, customer);
  if (typeof customerId !== "number") throw businessRefusal(customerId);
  // An external id names a customer who is registered.
  const activity = { ...sent, customerId, ...authorship, isOfRegistered: typeof customer !== "number" };
  const result = await recordActivity(table, targetGroups, org, activity, now);
  switch (result.outcome) {
    case "unknownCustomer":
      throw businessRefusal(customerNotFound(activity.customerId));
    case "erasedCustomer":
      throw new OfErasedCustomer(activity.customerId);
    case "tooManyTargets":
      throw tooManyTargets(activity, result);
    case "idReused":
      throw activityIdReused(activity.activityId);
    case "recorded":
    case "repeated": {
      const data = await presentActivity(result.activity, (groupId, version) =>
        targetGroups.find(org, groupId, now, version),
      );
      const warnings = unknownFieldWarnings(schemas.activity, value);
      if (result.outcome === "recorded") return { isRecorded: true, answer: { data, warnings } };
      const repeat = { data, warnings: [...warnings, alreadyCounted(activity.activityId)] };
      return { isRecorded: false, answer: repeat };
    }
  }
}

function alreadyCounted(activityId: string): string {
  return `Activity ${activityId} was already counted; this is what it did then.`;
}
