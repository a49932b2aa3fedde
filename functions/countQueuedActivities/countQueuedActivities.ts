import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { orgPattern } from "../../shared/auth/credentialNames.ts";
import type { OrgQueues } from "../../shared/config/queueConfig.ts";
import { countOne } from "../../shared/http/countActivity.ts";
import { invalidInput, RequestRefused } from "../../shared/http/errors.ts";
import { parseJson } from "../../shared/http/requests/json.ts";
import { logRefusal, logUnexpected } from "../../shared/observability/log.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { TooMuchContention } from "../../shared/table/failures.ts";
import { Patience } from "../../shared/table/rounds.ts";

export type QueueLambda = (event: SQSEvent) => Promise<SQSBatchResponse>;

/**
 * Counts activities from the queue: the same core as `POST /activities`, for volume.
 *
 * A message's body is the activity. Its brand is the one whose queue it came by, or for the common queue the one that its
 * message attribute `org` names. "Now" is when the message was sent. Answers the messages that failed, to be delivered
 * again; one that can never be counted ends in the dead-letter queue, where an operator sees it.
 */
export function countQueuedActivities(context: ServiceContext, orgQueues: OrgQueues = new Map()): QueueLambda {
  return async ({ Records }) => {
    const batchItemFailures: SQSBatchItemFailure[] = [];
    const patience = new Patience(context.table);
    for (const [index, record] of Records.entries()) {
      try {
        // Later ones might not be counted in time, and then the whole batch would come again.
        if (!patience.allows(index + 1)) throw new TooMuchContention("The time for one batch is used up");
        await countMessage(context, record, orgOf(record, orgQueues));
      } catch (error) {
        logFailure(error);
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };
  };
}

/** What a sender did wrong says nothing of how the function does: no alarm on a new version counts it. */
function logFailure(error: unknown): void {
  if (error instanceof RequestRefused) logRefusal(error.code);
  else logUnexpected(error, "queue");
}

/**
 * Who may send to a queue, AWS checks; what a message says of itself, nobody does. So an org with a queue of its own is
 * taken from that queue only, and that queue is taken for that org only.
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

async function countMessage(context: ServiceContext, { body, attributes }: SQSRecord, org: string): Promise<void> {
  const activity = parseJson(body);
  await countOne(context, org, activity, Number(attributes.SentTimestamp));
}
