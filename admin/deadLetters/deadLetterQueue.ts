import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import pMap from "p-map";
import { attemptSettings } from "../../shared/sdk/attempts.ts";
import { patientLimits } from "../../shared/table/client.ts";
import type { Org } from "../../shared/table/keys.ts";
import { regionMissing } from "../connection.ts";
import { Refused } from "../refused.ts";
import type { DeadLetter } from "./whomItNames.ts";

/** A message that was received. Others do not see it until it is given back, or for {@link hiddenSeconds}. */
export type Received = { readonly messageId: string; readonly receipt: string; readonly letter: DeadLetter };

/** The brand of each queue that takes one brand's activities only, by the queue's name. */
export type OrgQueues = ReadonlyMap<string, Org>;

/** What SQS says of a queue. Its count lags behind by up to a minute. */
type State = {
  readonly isDeadLetterQueue: boolean;
  /** The names of the queues that hand on to it what fails. */
  readonly sources: readonly string[];
  readonly hiddenCount: number;
};

/** A queue of activities that could not be counted. Each call throws like the SDK. */
export type DeadLetterQueue = {
  readonly state: () => Promise<State>;
  /** At most ten messages; none when the queue has shown none for a second. */
  readonly receive: () => Promise<readonly Received[]>;
  /** Deletes at most ten messages and answers those that are deleted. */
  readonly remove: (messages: readonly Received[]) => Promise<readonly Received[]>;
  /** Makes messages visible again, and answers how many stay hidden until their time is over. */
  readonly giveBack: (receipts: readonly string[]) => Promise<number>;
  readonly close: () => void;
};

/** Reading {@link mostLetters} takes some minutes. A message that is visible again before the end is read twice. */
const hiddenSeconds = 3600;
/** SQS hides at most 120 000 messages at once, and then answers as if there were no more. */
export const mostLetters = 100_000;
/** What one call of SQS takes. */
const batchSize = 10;
const batchesAtOnce = 8;
/** With a wait SQS asks all of its servers. Without one it may miss messages. */
const waitSeconds = 1;

/** The last part of the URL or the ARN of a queue. No two queues of a region and account share it. */
export function queueNameOf(urlOrArn: string): string {
  return urlOrArn.split(/[/:]/).at(-1) ?? "";
}

/** Opens the queue in the region of AWS's own tools. Refuses when no region is set. */
export async function openDeadLetterQueue(queueUrl: URL, orgQueues: OrgQueues): Promise<DeadLetterQueue> {
  const { origin: endpoint, href: QueueUrl } = queueUrl;
  const client = new SQSClient({ ...attemptSettings(patientLimits), endpoint });
  // A repeat would lose the messages of an answer that was lost: nobody sees them, and nobody knows their receipts.
  const receiver = new SQSClient({ ...attemptSettings({ ...patientLimits, maxAttempts: 1 }), endpoint });
  await assertRegion(client);
  return {
    state: () => readState(client, QueueUrl),
    receive: async () => (await receive(receiver, QueueUrl)).map((message) => readMessage(message, orgQueues)),
    remove: (messages) => remove(client, QueueUrl, messages),
    giveBack: (receipts) => giveBack(client, QueueUrl, receipts),
    close: () => {
      for (const each of [client, receiver]) each.destroy();
    },
  };
}

async function assertRegion({ config }: SQSClient): Promise<void> {
  const region: unknown = await config.region().catch((error: unknown) => error);
  if (typeof region !== "string") throw new Refused(regionMissing, 2);
}

/** Other queues hand on to a dead-letter queue what fails, and it hands on nothing. A working queue may do neither. */
async function readState(client: SQSClient, QueueUrl: string): Promise<State> {
  const { queueUrls = [] } = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl }));
  const { Attributes: { RedrivePolicy, ApproximateNumberOfMessagesNotVisible: hidden = "0" } = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ["RedrivePolicy", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  const isDeadLetterQueue = RedrivePolicy === undefined && queueUrls.length > 0;
  return { isDeadLetterQueue, sources: queueUrls.map(queueNameOf), hiddenCount: Number(hidden) };
}

async function receive(client: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: batchSize,
      VisibilityTimeout: hiddenSeconds,
      WaitTimeSeconds: waitSeconds,
      MessageAttributeNames: ["org"],
      MessageSystemAttributeNames: ["DeadLetterQueueSourceArn"],
    }),
  );
  return Messages;
}

function readMessage(message: Message, orgQueues: OrgQueues): Received {
  const { MessageId, ReceiptHandle, Body = "", MessageAttributes, Attributes } = message;
  if (MessageId === undefined || ReceiptHandle === undefined) throw new Error("SQS has sent a message without its id");
  const queueOrg = orgQueues.get(queueNameOf(Attributes?.DeadLetterQueueSourceArn ?? ""));
  const namedOrg = MessageAttributes?.["org"]?.StringValue;
  return { messageId: MessageId, receipt: ReceiptHandle, letter: { body: Body, namedOrg, queueOrg } };
}

async function remove(client: SQSClient, QueueUrl: string, messages: readonly Received[]) {
  if (messages.length === 0) return [];
  const Entries = messages.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
  const { Successful = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  const removed = new Set(Successful.map(({ Id }) => Id));
  return messages.filter((_, index) => removed.has(String(index)));
}

async function giveBack(client: SQSClient, QueueUrl: string, receipts: readonly string[]): Promise<number> {
  const send = async (batch: readonly string[]) => {
    const Entries = batch.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
    const { Failed = [] } = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    return Failed.length;
  };
  const failures = await pMap(batchesOf(receipts), send, { concurrency: batchesAtOnce });
  return failures.reduce((sum, count) => sum + count, 0);
}

function batchesOf(receipts: readonly string[]): string[][] {
  const starts = Array.from({ length: Math.ceil(receipts.length / batchSize) }, (_, index) => index * batchSize);
  return starts.map((start) => receipts.slice(start, start + batchSize));
}
