import { setTimeout as delay } from "node:timers/promises";
import type { EngineAnswer, Fault } from "./lossyProxy.ts";
import { Random } from "./random.ts";

/** No request is held back for longer. */
const longestDelayMilliseconds = 40;

/**
 * The fault of one request after another: the same seed gives the same faults in the same order. The rate is the share
 * of requests that meet one.
 */
export function seededFaults(seed: number, rate: number): (operation: string) => Fault {
  const random = new Random(seed);
  return (operation) => {
    // Always the same number of draws, so that the order of operations does not change what later ones meet.
    const [isMet, kind, pause] = [random.fraction() < rate, random.oneOf(faultKinds), random.fraction()];
    return isMet ? faults[kind](operation, pause * longestDelayMilliseconds) : {};
  };
}

type FaultKind = keyof typeof faults;

/** Lost replies and stragglers are what a store can get wrong, so they are the most frequent. */
const faultKinds: readonly [FaultKind, ...FaultKind[]] = [
  "replyLost",
  "replyLost",
  "unanswered",
  "straggler",
  "straggler",
  "requestLost",
  "delayed",
  "failed",
  "failedAfterCommit",
  "throttled",
  "conflict",
];

const faults = {
  replyLost: (): Fault => ({ lose: "reply" }),
  unanswered: (): Fault => ({ lose: "silence" }),
  requestLost: (): Fault => ({ lose: "request" }),
  delayed: (_operation: string, milliseconds: number): Fault => ({ before: () => delay(milliseconds) }),
  /** The client has given up, and tried again perhaps, when it arrives. */
  straggler: (_operation: string, milliseconds: number): Fault => ({
    lose: "connection",
    before: () => delay(milliseconds),
  }),
  failed: (): Fault => ({ lose: "request", answer: internalServerError }),
  failedAfterCommit: (): Fault => ({ answer: internalServerError }),
  throttled: (operation: string): Fault => ({ lose: "request", answer: throttling(operation) }),
  conflict: (operation: string): Fault => ({ lose: "request", answer: transactionConflict(operation) }),
} satisfies Record<string, (operation: string, milliseconds: number) => Fault>;

const awsType = "com.amazonaws.dynamodb.v20120810#";
const coralType = "com.amazon.coral.availability#";

export const internalServerError: EngineAnswer = {
  status: 500,
  body: {
    __type: `${awsType}InternalServerError`,
    message: "The request processing has failed because of an unknown error",
  },
};

/** One of the table's capacity for a request of its own; for a transaction, which answers for its items, the account's. */
export function throttling(operation: string): EngineAnswer {
  return operation === "TransactWriteItems"
    ? {
        status: 400,
        body: {
          __type: `${coralType}ThrottlingException`,
          message: "Rate of requests exceeds the allowed throughput.",
        },
      }
    : {
        status: 400,
        body: {
          __type: `${awsType}ProvisionedThroughputExceededException`,
          message: "The level of configured provisioned throughput for the table was exceeded.",
        },
      };
}

const reads = new Set(["GetItem", "Query"]);

/** A read never meets one (but in a transaction of its own, which nothing here makes), so it is throttled instead. */
export function transactionConflict(operation: string): EngineAnswer {
  if (reads.has(operation)) return throttling(operation);
  return operation === "TransactWriteItems" ? canceledTransaction : conflictingWrite;
}

const conflictingWrite: EngineAnswer = {
  status: 400,
  body: {
    __type: `${awsType}TransactionConflictException`,
    message: "Transaction is ongoing for the item",
  },
};

const canceledTransaction: EngineAnswer = {
  status: 400,
  body: {
    __type: `${awsType}TransactionCanceledException`,
    Message:
      "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
    CancellationReasons: [
      { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" },
      { Code: "None" },
    ],
  },
};
