import type { APIGatewayProxyEvent, APIGatewayTokenAuthorizerEvent, DynamoDBStreamEvent, SQSEvent } from "aws-lambda";
import type { CallName } from "../../lib/functionNames.ts";
import { demoCredentials, demoSecret } from "../../local/demoData.ts";
import { buildEvent } from "../../local/proxyEvent.ts";
import { matchRoute } from "../../local/routing.ts";
import { type RouteName, routeNames, routes, takesBody } from "../../shared/http/routes.ts";
import type { ClosingTask } from "../../shared/operations/listDueShards.ts";
import { enteredByAttribute, sourceAttribute, versionAttribute } from "../../shared/table/authorshipItem.ts";
import { names, statuses } from "../../shared/table/enrollmentItem.ts";
import { enrollmentKey, shardOf } from "../../shared/table/keys.ts";
import { oauthOperations } from "../openapi/oauth.ts";
import { operations, speaksEnvelope } from "../openapi/operations.ts";
import { customerId, groupId, type Sample, targetId } from "../openapi/sample.ts";

/** The time of the sample requests. Under `sam local` a request has its real time. */
export const sampleInstant = "2026-01-10T09:00:00.000Z";

const org = "100";
const atEpochMilliseconds = Date.parse(sampleInstant);

/** The event that Lambda passes to a function for each kind of call, for `sam local invoke`. */
function sampleEvents(): ReadonlyMap<CallName, unknown> {
  return new Map<CallName, unknown>([
    ["authorizer", authorizerEvent()],
    ...routeNames.map((name): [CallName, unknown] => [name, requestEvent(name, sampleOf(name))]),
    ["countQueuedActivities", queueEvent()],
    ["projector", streamEvent()],
    ["listDueCycles", { now: sampleInstant, resumeAfter: null }],
    ["closeShard", closingTask()],
  ]);
}

/** The files of `docs/events/` by name. */
export function renderedEvents(): ReadonlyMap<string, string> {
  return new Map(
    [...sampleEvents()].map(([name, event]) => [`${name}.json`, `${JSON.stringify(event, undefined, 2)}\n`]),
  );
}

function sampleOf(name: RouteName): Sample {
  return speaksEnvelope(name) ? operations[name].sample : oauthOperations[name].sample;
}

function requestEvent(name: RouteName, { path: called, caller = "demo-till", body, form, secondsLater = 0 }: Sample) {
  const { method, permission } = routes[name];
  const [path = "", query] = called.split("?");
  const match = matchRoute(method, path);
  if (match?.name !== name) throw new Error(`${method} ${path} is not the route ${name}`);
  const accessGroup = demoCredentials.find(({ username }) => username === caller)?.accessGroup;
  const contentType = form === undefined ? "application/json" : "application/x-www-form-urlencoded";
  const event = buildEvent(
    {
      method,
      path,
      query: new URLSearchParams(query),
      headers: takesBody({ method }) ? [["Content-Type", contentType]] : [],
      body: form ?? (body === undefined ? "" : JSON.stringify(body)),
      nowEpochMilliseconds: atEpochMilliseconds + secondsLater * 1000,
    },
    match,
    permission === "none" ? {} : { principalId: caller, org, username: caller, accessGroup },
  );
  const requestContext = { ...event.requestContext, requestId: `sample-${name}` };
  return { ...event, requestContext } satisfies APIGatewayProxyEvent;
}

function authorizerEvent(): APIGatewayTokenAuthorizerEvent {
  return {
    type: "TOKEN",
    authorizationToken: `Basic ${Buffer.from(`demo-till:${demoSecret}`).toString("base64")}`,
    methodArn: "arn:aws:execute-api:us-east-1:123456789012:local/v3/GET/targetGroups",
  };
}

function queueEvent(): SQSEvent {
  const body = { ...operations.recordActivities.sample.body, activityId: "sample:2" };
  return {
    Records: [
      {
        messageId: "sample-message-1",
        receiptHandle: "sample",
        body: JSON.stringify(body),
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: atEpochMilliseconds.toString(),
          SenderId: "sample",
          ApproximateFirstReceiveTimestamp: atEpochMilliseconds.toString(),
        },
        messageAttributes: { org: { stringValue: org, dataType: "String" } },
        md5OfBody: "",
        eventSource: "aws:sqs",
        eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:activities",
        awsRegion: "us-east-1",
      },
    ],
  };
}

/** The enrolment of its sample as a record of the table's stream. */
function streamEvent(): DynamoDBStreamEvent {
  const { pk, sk } = enrollmentKey(org, customerId, groupId, targetId);
  const Keys = { pk: { S: pk }, sk: { S: sk } };
  return {
    Records: [
      {
        eventID: "sample-1",
        eventName: "INSERT",
        eventVersion: "1.1",
        eventSource: "aws:dynamodb",
        awsRegion: "us-east-1",
        eventSourceARN: "arn:aws:dynamodb:us-east-1:123456789012:table/milestreak/stream/2026-01-01T00:00:00.000",
        dynamodb: {
          ApproximateCreationDateTime: atEpochMilliseconds / 1000,
          Keys,
          NewImage: {
            ...Keys,
            [names.status]: { S: statuses.enrolled },
            [names.fromCycle]: { N: "1" },
            [names.enrolledAt]: { N: Date.parse(sampleInstant).toString() },
            [names.operationId]: { S: "0mk88a800000000000000000a" },
            [names.revision]: { N: "1" },
            [enteredByAttribute]: { S: "demo-till" },
            [sourceAttribute]: { S: "API" },
            [versionAttribute]: { N: "1" },
            a1: { N: "100" },
          },
          SequenceNumber: "100000000000000000001",
          SizeBytes: 300,
          StreamViewType: "NEW_AND_OLD_IMAGES",
        },
      },
    ],
  };
}

/** The task to close the first month for one shard of its customers. */
function closingTask(): ClosingTask {
  const now = Date.parse("2026-02-01T00:00:00.000Z");
  const progress = { resumeAfter: null, hasFailures: false, failedCount: 0, busyCount: 0 };
  return { org, groupId, targetId, sweep: { kind: "CLOSING" }, now, shards: [shardOf(customerId)], ...progress };
}
