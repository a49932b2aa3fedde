import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** What a test sends: the body as text, or the JSON of any other value. */
type Sent = {
  readonly body: unknown;
  readonly org?: string;
  /** The ARN of the queue in which the message has failed. */
  readonly source?: string;
};

type Stored = { readonly id: string; readonly body: string; readonly sent: Sent; receipt: string; isHidden: boolean };

/**
 * How one answer to ReceiveMessage differs from that of a patient queue. `nothing`: no message, though there are some.
 * `again`: the messages of the answer before, once more, so that their first receipts are void. A deleted one is there
 * again too, because a server of SQS can have missed the deletion.
 */
type Quirk = "nothing" | "again";

/** Over HTTP one queue of SQS, in JSON, as AWS's SDK speaks it. Nothing becomes visible again by itself. */
export class QueueServer {
  readonly calls: string[] = [];
  /** For how long the last call asked to hide its messages, and to wait for one. */
  asked = { hiddenSeconds: 0, waitSeconds: 0 };
  quirks: Quirk[] = [];
  /** The next entries of a DeleteMessageBatch that fail. */
  failingDeletions = 0;
  /** The next entries of a ChangeMessageVisibilityBatch that fail. */
  failingReturns = 0;
  /** Runs after messages were hidden and before the answer goes out. */
  beforeAnswer: (receiving: number) => Promise<void> = () => Promise.resolve();
  redrivePolicy: string | undefined;
  /** The URLs of the queues that hand on to this one what fails. */
  sources: readonly string[] = ["https://sqs.eu-west-1.amazonaws.com/123456789012/Milestreak-ActivityQueue-x"];
  url = "";
  close: () => Promise<void> = () => Promise.resolve();
  #messages: Stored[] = [];
  #answered: Stored[] = [];
  #receivings = 0;

  static async start(): Promise<QueueServer> {
    const queue = new QueueServer();
    const server = createServer((request, response) => {
      // The command under test meets a lost answer, whatever is wrong here.
      queue.#respond(request, response).catch(() => void request.socket.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    queue.url = `http://127.0.0.1:${Object(server.address()).port}/123456789012/${randomUUID()}`;
    queue.close = async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    };
    return queue;
  }

  /** Puts messages into the queue and answers their ids. */
  send(...messages: readonly Sent[]): string[] {
    const stored = messages.map((sent): Stored => {
      const body = typeof sent.body === "string" ? sent.body : JSON.stringify(sent.body);
      return { id: randomUUID(), body, sent, receipt: "", isHidden: false };
    });
    this.#messages.push(...stored);
    return stored.map(({ id }) => id);
  }

  /** The ids of the messages that anybody can receive. */
  get visible(): string[] {
    return this.#messages.filter(({ isHidden }) => !isHidden).map(({ id }) => id);
  }

  get length(): number {
    return this.#messages.length;
  }

  /** Hides messages, as another reader would. */
  hide(...ids: readonly string[]): void {
    for (const message of this.#messages) if (ids.includes(message.id)) message.isHidden = true;
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const action = String(request.headers["x-amz-target"]).replace("AmazonSQS.", "");
    this.calls.push(action);
    const answer = await this.#answer(action, Object(JSON.parse(await text(request))));
    response.writeHead(200, { "Content-Type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(answer));
  }

  async #answer(action: string, input: Readonly<Record<string, unknown>>): Promise<object> {
    if (input["QueueUrl"] !== this.url) throw new Error(`It is another queue: ${String(input["QueueUrl"])}`);
    const entries = Array.isArray(input["Entries"]) ? input["Entries"].map(readEntry) : [];
    if (entries.length > 10) throw new Error("SQS takes ten entries");
    switch (action) {
      case "GetQueueAttributes":
        return { Attributes: this.#attributes() };
      case "ListDeadLetterSourceQueues":
        return { queueUrls: this.sources };
      case "ReceiveMessage":
        return this.#receive(input);
      case "DeleteMessageBatch":
        return outcome(entries, (entry) => this.#delete(entry));
      case "ChangeMessageVisibilityBatch":
        return outcome(entries, (entry) => this.#show(entry));
      default:
        throw new Error(`No action ${action}`);
    }
  }

  #attributes(): object {
    const hidden = this.#messages.filter(({ isHidden }) => isHidden).length;
    const policy = this.redrivePolicy === undefined ? {} : { RedrivePolicy: this.redrivePolicy };
    return { ApproximateNumberOfMessagesNotVisible: String(hidden), ...policy };
  }

  async #receive(input: Readonly<Record<string, unknown>>): Promise<object> {
    this.asked = { hiddenSeconds: Number(input["VisibilityTimeout"]), waitSeconds: Number(input["WaitTimeSeconds"]) };
    this.#receivings += 1;
    const messages = this.#choose(this.quirks.shift(), Number(input["MaxNumberOfMessages"]));
    this.#answered = messages;
    for (const message of messages) Object.assign(message, { isHidden: true, receipt: randomUUID() });
    await this.beforeAnswer(this.#receivings);
    return messages.length === 0 ? {} : { Messages: messages.map((message) => presented(message, input)) };
  }

  #choose(quirk: Quirk | undefined, most: number): Stored[] {
    if (quirk === "nothing") return [];
    if (quirk === "again") return this.#copiesOfAnswered();
    return this.#messages.filter(({ isHidden }) => !isHidden).slice(0, most);
  }

  #copiesOfAnswered(): Stored[] {
    this.#messages.push(...this.#answered.filter((message) => !this.#messages.includes(message)));
    return this.#answered;
  }

  /** A void receipt deletes nothing, and SQS says that it has. */
  #delete({ receipt }: Entry): boolean {
    if (this.failingDeletions > 0) {
      this.failingDeletions -= 1;
      return false;
    }
    this.#messages = this.#messages.filter((message) => message.receipt !== receipt);
    return true;
  }

  #show({ receipt, seconds }: Entry): boolean {
    if (this.failingReturns > 0) {
      this.failingReturns -= 1;
      return false;
    }
    const message = this.#messages.find((each) => each.receipt === receipt);
    if (message?.isHidden !== true || seconds !== 0) return false;
    message.isHidden = false;
    return true;
  }
}

type Entry = { readonly id: string; readonly receipt: string; readonly seconds: number };

function readEntry(entry: unknown): Entry {
  const { Id, ReceiptHandle, VisibilityTimeout } = Object(entry);
  return { id: String(Id), receipt: String(ReceiptHandle), seconds: Number(VisibilityTimeout) };
}

function outcome(entries: readonly Entry[], work: (entry: Entry) => boolean): object {
  const done = entries.map((entry) => ({ Id: entry.id, isDone: work(entry) }));
  return {
    Successful: done.filter(({ isDone }) => isDone).map(({ Id }) => ({ Id })),
    Failed: done.filter(({ isDone }) => !isDone).map(({ Id }) => ({ Id, Code: "InternalError", SenderFault: false })),
  };
}

/** Like SQS, it tells of attributes only those that are asked for. */
function presented(
  { id, body, receipt, sent: { org, source } }: Stored,
  asked: Readonly<Record<string, unknown>>,
): object {
  const isAsked = (list: string, name: string) => [asked[list]].flat().includes(name);
  const namesOrg = org !== undefined && isAsked("MessageAttributeNames", "org");
  const namesSource = source !== undefined && isAsked("MessageSystemAttributeNames", "DeadLetterQueueSourceArn");
  return {
    MessageId: id,
    ReceiptHandle: receipt,
    Body: body,
    MD5OfBody: createHash("md5").update(body, "utf8").digest("hex"),
    ...(namesOrg ? { MessageAttributes: { org: { DataType: "String", StringValue: org } } } : {}),
    ...(namesSource ? { Attributes: { DeadLetterQueueSourceArn: source } } : {}),
  };
}
