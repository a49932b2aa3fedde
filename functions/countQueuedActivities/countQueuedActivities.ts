import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { OrgQueues } from "../../shared/config/queueConfig.ts";
import { type ActivitySender, countOne, OfErasedCustomer } from "../../shared/http/countActivity.ts";
import { invalidInput, RequestRefused } from "../../shared/http/errors.ts";
import { bodyText } from "../../shared/http/requests/incomingText.ts";
import { parseJson } from "../../shared/http/requests/json.ts";
import { logRefusal, logUnexpected } from "../../shared/observability/log.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { TooMuchContention } from "../../shared/table/failures.ts";
import { orgPattern } from "../../shared/table/keys.ts";
import { Patience } from "../../shared/table/rounds.ts";
import { namesErased } from "./namesErased.ts";

export type QueueLambda = (event: SQSEvent) => Promise<SQSBatchResponse>;

/**
 * Counts activities from the queue: the same core as `POST /activities`, for volume.
 *
 * A message's body is the activity. Its brand is the owner of the queue. In the common queue, the message attribute
 * `org` names the brand. "Now" is when the message was sent. Answers the failed messages, which are then delivered
 * again. A message that can never be counted ends in the dead-letter queue, where an operator sees it. One that names an
 * erased customer by the id is dropped, whatever else is wrong with it.
 */
export function countQueuedActivities(context: ServiceContext, orgQueues: OrgQueues = new Map()): QueueLambda {
  return async ({ Records }) => {
    const batchItemFailures: SQSBatchItemFailure[] = [];
    const patience = new Patience(context.table);
    for (const [index, record] of Records.entries()) {
      try {
        // A message that is not counted in time would make the whole batch come again, so the remaining ones are not
        // started.
        if (!patience.allows(index + 1)) throw new TooMuchContention("The time for one batch is used up");
        await countOrDrop(context, record, senderOf(record, orgQueues));
      } catch (error) {
        logFailure(error);
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };
  };
}

/** A sender's mistake is not counted as a failure of the function, so that it rolls back no new version. */
function logFailure(error: unknown): void {
  if (error instanceof RequestRefused) logRefusal(error.code);
  else logUnexpected(error, "queue");
}

/**
 * AWS checks who may send to a queue. Nobody checks what a message says about its org. So activities of an org with a
 * queue of its own are accepted from that queue only, and that queue is accepted for that org only.
 */
function orgOf({ eventSourceARN, messageAttributes }: SQSRecord, orgQueues: OrgQueues): string {
  const named = messageAttributes["org"]?.stringValue;
  const own = orgQueues.get(eventSourceARN);
  if (own !== undefined) {
    if (named !== undefined && named !== own) throw invalidInput(["The message attribute org is not the queue's."]);
    return own;
  }
  if (named === undefined || !orgPattern.test(named)) throw invalidInput(["The message attribute org names no brand."]);
  if ([...orgQueues.values()].includes(named))
    throw invalidInput(["The message attribute org names one with its own queue."]);
  return named;
}

/** AWS has authenticated the sender and names the principal by its id, for a role with the name of the session. */
function senderOf(record: SQSRecord, orgQueues: OrgQueues): ActivitySender {
  const enteredBy = `aws:${record.attributes.SenderId}`;
  return { org: orgOf(record, orgQueues), authorship: { enteredBy, source: "QUEUE" } };
}

/**
 * Drops a refused message of an erased customer. It can never count, and the dead-letter queue would keep what the person
 * has done. A failure of the engine is no refusal: the message may count later, or is dropped then.
 */
async function countOrDrop(context: ServiceContext, record: SQSRecord, sender: ActivitySender): Promise<void> {
  try {
    await countMessage(context, record, sender);
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    const isOfErased = error instanceof OfErasedCustomer || (await namesErased(context.table, sender.org, record.body));
    if (!isOfErased) throw error;
    logRefusal(error.code);
  }
}

async function countMessage(
  context: ServiceContext,
  { body, attributes }: SQSRecord,
  sender: ActivitySender,
): Promise<void> {
  const text = bodyText(body, false);
  if (text === undefined) throw invalidInput(["The body holds U+FFFD in place of a text that the sender has lost."]);
  await countOne(context, sender, parseJson(text), Number(attributes.SentTimestamp));
}
