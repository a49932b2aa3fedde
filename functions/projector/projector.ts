import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { logUnexpected } from "../../shared/observability/log.ts";
import { type ProjectionContext, projectChange } from "../../shared/operations/projectChange.ts";
import { Patience } from "../../shared/table/rounds.ts";
import { ShardList } from "../../shared/table/targetShards.ts";

export type StreamLambda = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/**
 * Turns the table's stream into ledger rows and notifications (docs/history.md).
 *
 * Records are processed in order. The first that fails, or that cannot be started in time, is reported and ends the
 * batch. The stream then delivers it and all later ones again. A record that is processed twice adds no row and
 * publishes nothing under another `eventId`.
 */
export function projector(given: Omit<ProjectionContext, "shards">): StreamLambda {
  const context = { ...given, shards: new ShardList(given.table) };
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
