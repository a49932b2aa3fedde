import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { logUnexpected } from "../../shared/observability/log.ts";
import { type ProjectionContext, projectChange } from "../../shared/operations/projectChange.ts";
import { Patience } from "../../shared/table/rounds.ts";

export type StreamLambda = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/**
 * Turns the table's stream into ledger rows and notifications (docs/history.md).
 *
 * Records are worked on in their order. The first that fails, or that there is no time to begin, is reported and ends the
 * batch: the stream delivers it and all after it again, and doing a record twice adds no row and tells nothing under
 * another `eventId`.
 */
export function projector(context: ProjectionContext): StreamLambda {
  return async ({ Records }) => {
    const patience = new Patience(context.table);
    for (const [index, record] of Records.entries()) {
      if (!patience.allows(index + 1)) return goOnWith(record);
      try {
        await projectChange(context, record);
      } catch (error) {
        logUnexpected(error, "stream");
        return goOnWith(record);
      }
    }
    return { batchItemFailures: [] };
  };
}

function goOnWith({ dynamodb }: DynamoDBRecord): DynamoDBBatchResponse {
  return { batchItemFailures: [{ itemIdentifier: dynamodb?.SequenceNumber ?? "" }] };
}
