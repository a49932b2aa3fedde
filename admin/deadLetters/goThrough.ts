import { type DeadLetterQueue, mostLetters, type Received } from "./deadLetterQueue.ts";
import { type Person, whomItNames } from "./whomItNames.ts";

/** What a pass through the queue has found. Each message counts once, also when SQS has delivered it twice. */
export type Pass = {
  readonly read: number;
  /** Messages that name the person. */
  readonly found: number;
  readonly deleted: number;
  /** The ids of the messages that do not say clearly whom they are about. They stay in the queue. */
  readonly unclear: readonly string[];
  /** Messages that stay hidden until their time is over, because SQS did not take them back. */
  readonly hidden: number;
  /** Whether the queue has been read to its end. */
  readonly isWhole: boolean;
};

type Plan = { readonly isDryRun: boolean; readonly stop: AbortSignal };

/** One answer alone is no proof, because SQS may answer nothing, or a message twice, before the end. */
const answersWithoutNews = 3;

/**
 * Reads the queue to its end and deletes the messages that name the person, unless it is a dry run. What is left is
 * visible again afterwards, also when the work is stopped or fails.
 */
export async function goThrough(queue: DeadLetterQueue, person: Person, { isDryRun, stop }: Plan): Promise<Pass> {
  const reading = new Reading(person);
  let hidden = 0;
  try {
    while (!reading.isOver && !stop.aborted) {
      const theirs = reading.take(await queue.receive());
      if (!isDryRun) reading.forget(await queue.remove(theirs));
    }
  } finally {
    hidden = await queue.giveBack(reading.receipts);
  }
  return { ...reading.counts, hidden };
}

/** What was read so far, by the ids of the messages. */
class Reading {
  readonly #person: Person;
  readonly #read = new Set<string>();
  readonly #found = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #unclear = new Set<string>();
  /** The latest receipt of each message that is in the queue. SQS takes no earlier one. */
  readonly #receipts = new Map<string, string>();
  #withoutNews = 0;

  constructor(person: Person) {
    this.#person = person;
  }

  get isOver(): boolean {
    return this.#isAtEnd || this.#read.size >= mostLetters;
  }

  get #isAtEnd(): boolean {
    return this.#withoutNews >= answersWithoutNews;
  }

  get receipts(): string[] {
    return [...this.#receipts.values()];
  }

  get counts(): Omit<Pass, "hidden"> {
    const [read, found, deleted] = [this.#read.size, this.#found.size, this.#deleted.size];
    return { read, found, deleted, unclear: [...this.#unclear], isWhole: this.#isAtEnd };
  }

  /** Notes the messages of one answer, and answers those that name the person. */
  take(messages: readonly Received[]): Received[] {
    const isNews = messages.some(({ messageId }) => !this.#read.has(messageId));
    this.#withoutNews = isNews ? 0 : this.#withoutNews + 1;
    return messages.filter((message) => this.#takeOne(message));
  }

  #takeOne({ messageId, receipt, letter }: Received): boolean {
    this.#read.add(messageId);
    this.#receipts.set(messageId, receipt);
    // A server of SQS can have missed the deletion. Then the message is in the queue until it is deleted once more.
    this.#deleted.delete(messageId);
    const named = whomItNames(letter, this.#person);
    if (named === "unclear") this.#unclear.add(messageId);
    if (named === "person") this.#found.add(messageId);
    return named === "person";
  }

  /** Notes that messages are deleted, which cannot be given back. */
  forget(messages: readonly Received[]): void {
    for (const { messageId } of messages) {
      this.#deleted.add(messageId);
      this.#receipts.delete(messageId);
    }
  }
}
