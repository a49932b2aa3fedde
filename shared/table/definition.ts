/**
 * The one table, as both the stack and a local engine create it.
 * Items and keys are listed in docs/access-patterns.md.
 */
export const tableDefinition = {
  partitionKey: "pk",
  sortKey: "sk",
  /** Epoch seconds. DynamoDB deletes an item some time after that instant. */
  timeToLiveAttribute: "expiresAt",
  streamViewType: "NEW_AND_OLD_IMAGES",
} as const;
