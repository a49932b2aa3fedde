import { describe, expect, test } from "vitest";
import { type FailureDestination, failureDestinations, senders, statementsIn } from "./support/failureDestinations.ts";
import { at, type Resource, references, resourcesOfType, synthesize } from "./support/synthesize.ts";

/** With everything that settings can add. */
const stack = synthesize({
  queueOrgs: "100",
  alarmEmail: "operators@brand.example",
  waf: "true",
  credentialRatePerSecond: "5",
  credentialBurst: "5",
  projectorConcurrency: "10",
  closingConcurrency: "10",
  customerKey: "true",
});

/** The logical id without the hash that the CDK appends. */
const nameOf = (id: string) => id.replace(/[0-9A-F]{8}$/, "");

/** What a queue holds of a person, with the reason. A queue that is not listed here fails the test. */
const knownQueues: Readonly<Record<string, string>> = {
  ActivityQueue: "Activities as they are sent. It is no queue of dead letters; docs/privacy.md lists it.",
  ActivityQueueOrg100: "The same, for one org.",
  ActivityQueueDeadLetters:
    "Messages as they were sent, because a redrive needs them. A refused one that names an erased customer by the id is " +
    "dropped before (test/api/erasure.test.ts). What still arrives: one by the external id, one whose brand is missing or " +
    "refused, one that is no JSON, a list, one that failed for the engine. dead-letters erase deletes those that name the " +
    "customer, and says which it cannot judge (test/cli/deadLetters.test.ts).",
  ProjectorDeadLetters:
    "Places in the stream: Lambda sends the metadata of a failed batch to a queue, not its records.",
  ClosingMissedStarts: "The input of the schedule, which is the same for every start and empty.",
};

/** Each way into a queue of dead letters. One that is not listed here fails the test. */
const knownDestinations = [
  { from: "ActivityQueue", property: "RedrivePolicy", to: ["ActivityQueueDeadLetters"] },
  { from: "ActivityQueueOrg100", property: "RedrivePolicy", to: ["ActivityQueueDeadLetters"] },
  { from: "ClosingSchedule", property: "DeadLetterConfig", to: ["ClosingMissedStarts"] },
  { from: "ProjectorStream", property: "DestinationConfig", to: ["ProjectorDeadLetters"] },
];

function named(destinations: readonly FailureDestination[]): FailureDestination[] {
  return destinations
    .map(({ from, property, to }) => ({ from: nameOf(from), property, to: to.map(nameOf) }))
    .toSorted((one, other) => (one.from < other.from ? -1 : 1));
}

function only(name: string): Resource {
  const [found, ...others] = [...stack.resources].filter(([id]) => nameOf(id) === name);
  if (found === undefined || others.length > 0) throw new Error(`The stack has one ${name}`);
  return found[1];
}

test("each queue of the stack is a known one, with the reason for what it holds of a person", () => {
  const names = resourcesOfType(stack, "AWS::SQS::Queue").map(([id]) => nameOf(id));
  expect(names.toSorted()).toEqual(Object.keys(knownQueues).toSorted());
});

test("failed work is handed on in the four known ways, and no function or topic hands on what it was called with", () => {
  expect(named(failureDestinations(stack))).toEqual(knownDestinations);
});

test("a dead letter of the stream holds no item: its source is the table's stream, and it goes to a queue, to which Lambda sends metadata only", () => {
  const { Properties } = only("ProjectorStream");
  expect(at(Properties, "EventSourceArn", "Fn::GetAtt", "1")).toBe("StreamArn");
  const [queueId = ""] = references(Properties["DestinationConfig"]);
  // A bucket would get the records themselves.
  expect(stack.resources.get(queueId)?.Type).toBe("AWS::SQS::Queue");
});

test("a dead letter of the schedule holds nobody: it is the schedule's input, which is an empty object", () => {
  expect(at(only("ClosingSchedule").Properties, "Target", "Input")).toBe("{}");
});

test("only the roles of the projector, for its mapping, and of the schedule may write dead letters, each into its own queue", () => {
  const [projectorRole, ...others] = senders(stack).map(({ roles, queues }) => [roles.map(nameOf), queues.map(nameOf)]);
  expect(projectorRole).toEqual([["FunctionsprojectorRole"], ["ProjectorDeadLetters"]]);
  expect(others).toEqual([[[expect.stringMatching(/^SchedulerRoleForTarget/)], ["ClosingMissedStarts"]]]);
});

test("no policy of a queue lets anybody write into it", () => {
  const statements = resourcesOfType(stack, "AWS::SQS::QueuePolicy").flatMap(([, { Properties }]) =>
    statementsIn(Properties),
  );
  expect(statements.length).toBeGreaterThan(0);
  expect(statements.map((statement) => at(statement, "Effect"))).toEqual(statements.map(() => "Deny"));
});

describe("the search for ways into a dead-letter queue finds", () => {
  const arn = { "Fn::GetAtt": ["New", "Arn"] };
  test.each<[what: string, property: string, properties: Resource["Properties"]]>([
    ["that of a function", "DeadLetterConfig", { DeadLetterConfig: { TargetArn: arn } }],
    [
      "that of asynchronous calls, which would hold what the function was called with",
      "DestinationConfig",
      { DestinationConfig: { OnFailure: { Destination: arn } } },
    ],
    ["that of a rule's target", "DeadLetterConfig", { Targets: [{ Arn: "a", DeadLetterConfig: { Arn: arn } }] }],
    ["that of a subscription", "RedrivePolicy", { RedrivePolicy: { deadLetterTargetArn: arn } }],
    ["that of a pipe's source", "DeadLetterConfig", { SourceParameters: { Stream: { DeadLetterConfig: arn } } }],
  ])("%s", (_, property, Properties) => {
    const resources = new Map([["From", { Type: "", Properties }]]);
    expect(failureDestinations({ resources })).toEqual([{ from: "From", property, to: ["New"] }]);
  });

  test.each(["sqs:SendMessage", "sqs:*", "*"])("a role that may do %s", (Action) => {
    const PolicyDocument = { Statement: [{ Effect: "Allow", Action: ["s3:GetObject", Action], Resource: arn }] };
    const policy = { Type: "AWS::IAM::Policy", Properties: { PolicyDocument, Roles: [{ Ref: "Role" }] } };
    const inline = { Type: "AWS::IAM::Role", Properties: { Policies: [{ PolicyDocument }] } };
    const resources = new Map<string, Resource>([
      ["Policy", policy],
      ["Inline", inline],
    ]);
    const found = senders({ resources });
    expect(found).toEqual([
      { roles: ["Role"], queues: ["New"] },
      { roles: ["Inline"], queues: ["New"] },
    ]);
  });
});
