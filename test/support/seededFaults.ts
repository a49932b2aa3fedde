import { setTimeout as delay } from "node:timers/promises";
import type { EngineAnswer, Fault } from "./lossyProxy.ts";
import { Random } from "./random.ts";

/** The longest time for which a request is held back. */
const longestDelayMilliseconds = 40;
/**
 * The largest number of requests that overtake a straggler. It is a count, so the speed of the machine makes no
 * difference.
 */
const mostOvertaking = 8;

/**
 * The faults of requests, one after the other. The same seed gives the same faults in the same order. The rate is the
 * share of requests that meet one.
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
    // The number of draws is always the same, so the order of operations does not change the faults of later requests.
    const [isMet, kind, pause] = [
      this.#random.fraction() < this.#rate,
      this.#random.oneOf(this.#kinds),
      this.#random.fraction(),
    ];
    if (!isMet) return {};
    // When a straggler arrives, the client has given up and perhaps tried again.
    return kind === "straggler"
      ? { lose: "connection", before: () => this.#letPass(1 + Math.floor(pause * mostOvertaking)) }
      : faults[kind](operation, pause * longestDelayMilliseconds);
  }

  /** Lets every held request go, because no more requests will come to overtake them. */
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

/** Faults that the client sees at once. Its time limit can then be long, because nobody waits for it. */
export const faultsSeenAtOnce: FaultKinds = ["replyLost", "straggler"];

/** Lost replies and stragglers are the most frequent kinds, because a store can get them wrong. */
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

/**
 * The engine's answer when it throttles. A single request exceeds the capacity of the table. A transaction exceeds the
 * limit of the account.
 */
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

/**
 * The engine's answer when a transaction holds the item. A read outside a transaction never meets one, so it is
 * throttled instead.
 */
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
