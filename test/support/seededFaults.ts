import { setTimeout as delay } from "node:timers/promises";
import type { EngineAnswer, Fault } from "./lossyProxy.ts";
import { Random } from "./random.ts";

/** No request is held back for longer. */
const longestDelayMilliseconds = 40;
/** A straggler lets at most so many others go first: a count, so that a slow machine makes no difference. */
const mostOvertaking = 8;

/**
 * The fault of one request after another: the same seed gives the same faults in the same order. The rate is the share
 * of requests that meet one.
 */
export class SeededFaults {
  readonly #random: Random;
  readonly #rate: number;
  readonly #kinds: FaultKinds;
  #held: Held[] = [];
  #isOver = false;

  constructor(seed: number, rate: number, kinds: FaultKinds = faultKinds) {
    this.#random = new Random(seed);
    this.#rate = rate;
    this.#kinds = kinds;
  }

  next(operation: string): Fault {
    for (const held of this.#held) held.overtake();
    // Always the same number of draws, so that the order of operations does not change what later ones meet.
    const [isMet, kind, pause] = [
      this.#random.fraction() < this.#rate,
      this.#random.oneOf(this.#kinds),
      this.#random.fraction(),
    ];
    if (!isMet) return {};
    // The client has given up, and tried again perhaps, when it arrives.
    return kind === "straggler"
      ? { lose: "connection", before: () => this.#letPass(1 + Math.floor(pause * mostOvertaking)) }
      : faults[kind](operation, pause * longestDelayMilliseconds);
  }

  /** Lets everything go that is held back, as nothing more will come to overtake it. */
  end(): void {
    this.#isOver = true;
    for (const held of this.#held) held.letGo();
  }

  async #letPass(count: number): Promise<void> {
    if (this.#isOver) return;
    const held = new Held(count);
    this.#held = [...this.#held, held];
    await held.released;
    this.#held = this.#held.filter((other) => other !== held);
  }
}

class Held {
  readonly #gate = Promise.withResolvers<void>();
  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  get released(): Promise<void> {
    return this.#gate.promise;
  }

  overtake(): void {
    this.#left -= 1;
    if (this.#left <= 0) this.letGo();
  }

  letGo(): void {
    this.#gate.resolve();
  }
}

type FaultKind = keyof typeof faults | "straggler";
type FaultKinds = readonly [FaultKind, ...FaultKind[]];

/** Faults after which nobody waits for a time limit, so that it can be long. */
export const faultsSeenAtOnce: FaultKinds = ["replyLost", "straggler"];

/** Lost replies and stragglers are what a store can get wrong, so they are the most frequent. */
const faultKinds: FaultKinds = [
  "replyLost",
  "replyLost",
  "unanswered",
  "brokenOff",
  "halfAnswered",
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
  brokenOff: (): Fault => ({ lose: "end" }),
  halfAnswered: (): Fault => ({ lose: "rest" }),
  requestLost: (): Fault => ({ lose: "request" }),
  delayed: (_operation: string, milliseconds: number): Fault => ({ before: () => delay(milliseconds) }),
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
