import type { DynamoDBBatchResponse, DynamoDBRecord, SQSRecord } from "aws-lambda";
import { StreamPump } from "../../../local/streamPump.ts";
import type { Table } from "../../../shared/table/client.ts";
import { functionBehind } from "../../infra/support/deployedMethods.ts";
import { at, type Resource, type Resources, references, resourcesOfType } from "../../infra/support/synthesize.ts";
import type { Judge } from "../judge/judge.ts";
import { requireFunction } from "./deployedApi.ts";
import type { DeployedFunction } from "./deployment.ts";
import type { TemplateValues } from "./templateValues.ts";

type Parts = {
  readonly stack: Resources;
  readonly values: TemplateValues;
  readonly judge: Judge;
  readonly functions: ReadonlyMap<string, DeployedFunction>;
  readonly table: Table;
};

type Mapping = { readonly properties: Resource["Properties"]; readonly worker: DeployedFunction };

/**
 * The calls that Lambda itself makes with a function's role. It writes logs and traces, reads the queue and the stream
 * of the template's event source mappings, and describes failed batches in the dead-letter queue. For each, the role
 * must allow what AWS documents. The stream is really read, with a session of the role. All other calls are only put to
 * the judge.
 */
export class EventSources {
  readonly #parts: Parts;
  readonly #queue: Mapping;
  readonly #pump: StreamPump;

  private constructor(parts: Parts, queue: Mapping, pump: StreamPump) {
    this.#parts = parts;
    this.#queue = queue;
    this.#pump = pump;
  }

  static async open(parts: Parts): Promise<EventSources> {
    const { judge, table, values } = parts;
    const queue = mappingFrom(parts, "AWS::SQS::Queue");
    const stream = mappingFrom(parts, "AWS::DynamoDB::Table");
    const region = regionOf(String(values.resolve(stream.properties["EventSourceArn"])));
    const access = { endpoint: judge.endpoint, region, credentials: stream.worker.session };
    const pump = await StreamPump.open(table, access, ({ Records }) => deliver(stream, Records));
    const sources = new EventSources(parts, queue, pump);
    for (const worker of parts.functions.values()) sources.#observe(worker);
    sources.#ask(stream, at(stream.properties, "EventSourceArn"), ["dynamodb:ListStreams"]);
    const deadLetters = at(stream.properties["DestinationConfig"], "OnFailure", "Destination");
    if (references(deadLetters).size > 0) sources.#ask(stream, deadLetters, ["sqs:SendMessage"]);
    const queueActions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    sources.#ask(queue, queue.properties["EventSourceArn"], queueActions);
    return sources;
  }

  /** Delivers the messages as one batch, and answers the ids of those that failed. */
  async deliver(messages: readonly SQSRecord[]): Promise<unknown> {
    return this.#queue.worker.running.call({ Records: messages });
  }

  /** Resolves when everything written before the call has been projected. */
  drain(): Promise<void> {
    return this.#pump.drain();
  }

  stop(): Promise<void> {
    return this.#pump.stop();
  }

  #observe({ name, properties, statements }: DeployedFunction): void {
    const { judge, values } = this.#parts;
    const logGroup = at(properties["LoggingConfig"], "LogGroup", "Ref");
    const arn = String(values.resolve({ "Fn::GetAtt": [logGroup, "Arn"] }));
    const stream = arn.replace(/\*$/, "log-stream:1");
    for (const action of ["logs:CreateLogStream", "logs:PutLogEvents"]) {
      judge.decide(name, statements, { action, resource: stream, context: {} });
    }
    if (at(properties["TracingConfig"], "Mode") !== "Active") return;
    for (const action of ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]) {
      judge.decide(name, statements, { action, resource: "*", context: {} });
    }
  }

  #ask({ worker }: Mapping, arn: unknown, actions: readonly string[]): void {
    const { judge, values } = this.#parts;
    const resource = String(values.resolve(arn));
    for (const action of actions) judge.decide(worker.name, worker.statements, { action, resource, context: {} });
  }
}

function mappingFrom({ stack, functions }: Parts, type: string): Mapping {
  const [mapping, ...others] = resourcesOfType(stack, "AWS::Lambda::EventSourceMapping").filter(([, { Properties }]) =>
    [...references(Properties["EventSourceArn"])].some((id) => stack.resources.get(id)?.Type === type),
  );
  if (mapping === undefined || others.length > 0) throw new Error(`One mapping reads from ${type}`);
  const [, { Properties: properties }] = mapping;
  return { properties, worker: requireFunction(functions, functionBehind(stack, properties["FunctionName"])) };
}

/** Delivers the records that a filter of the mapping lets through. Without any it makes no call. */
async function deliver(
  { properties, worker }: Mapping,
  records: readonly DynamoDBRecord[],
): Promise<DynamoDBBatchResponse> {
  const filters = [at(properties["FilterCriteria"], "Filters") ?? []].flat();
  const patterns = filters.map((filter): unknown => JSON.parse(String(at(filter, "Pattern"))));
  const wanted = records.filter((record) => patterns.some((pattern) => matches(pattern, record)));
  if (wanted.length === 0) return { batchItemFailures: [] };
  return JSON.parse(JSON.stringify(await worker.running.call({ Records: wanted })));
}

/**
 * Whether a value matches a pattern of EventBridge. It knows the patterns that the template has: a list of texts and
 * prefixes, or an object of patterns.
 */
function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((one) => matchesText(one, String(value)));
  return Object.entries(Object(pattern)).every(([name, inner]) => matches(inner, at(value, name)));
}

function matchesText(wanted: unknown, text: string): boolean {
  const prefix = at(wanted, "prefix");
  return typeof prefix === "string" ? text.startsWith(prefix) : wanted === text;
}

function regionOf(arn: string): string {
  return arn.split(":")[3] ?? "";
}
