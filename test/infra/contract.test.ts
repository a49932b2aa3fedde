import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import contract from "./contract.json" with { type: "json" };
import { brokenPromises, type Kept, replacingProperties } from "./support/contract.ts";
import { type Resource, synthesize } from "./support/synthesize.ts";

const { KeySchema } = contract.Table710B521B.Properties;

/**
 * The resources that no deployment may remove or replace. CloudFormation takes another logical id for another resource,
 * so an id here changes only with a plan for what is lost.
 */
const kept: readonly Kept[] = [
  {
    id: "Table710B521B",
    type: "AWS::DynamoDB::Table",
    loss: "all that its customers have earned",
    fixed: { KeySchema },
  },
  { id: "ActivityQueue1E9EC2B4", type: "AWS::SQS::Queue", loss: "queued activities, and senders their address" },
  { id: "ActivityQueueDeadLetters65AC03F5", type: "AWS::SQS::Queue", loss: "activities that were given up" },
  { id: "ProjectorDeadLetters7EB38E8F", type: "AWS::SQS::Queue", loss: "records to project again" },
  {
    id: "ProjectorBus3F6FFFA8",
    type: "AWS::Events::EventBus",
    loss: "its rules on the bus",
    fixed: { Name: "MilestreakProjectorBusCEE91D9F" },
  },
  { id: "ApiRestApiE35FEAFE", type: "AWS::ApiGateway::RestApi", loss: "the address that its tills call" },
  {
    id: "ApiDomainNameE4918B96",
    type: "AWS::ApiGateway::DomainName",
    loss: "the target of its DNS record",
    fixed: { DomainName: "rewards.brand.example" },
  },
  { id: "AlarmsTopicD6B4744D", type: "AWS::SNS::Topic", loss: "its subscriptions to alarms" },
  {
    id: "ClosingStateMachine20E96BA2",
    type: "AWS::StepFunctions::StateMachine",
    loss: "executions under way",
    fixed: { StateMachineType: "STANDARD" },
  },
  { id: "ErasureListBucketFD2F9627", type: "AWS::S3::Bucket", loss: "the list of whom a restored table must forget" },
  { id: "TableKey25666F95", type: "AWS::KMS::Key", loss: "what its table is read with" },
  { id: "ActivityQueueOrg100F21CB964", type: "AWS::SQS::Queue", loss: "one of its orgs' queued activities" },
  {
    id: "ApiCredentialLimitsUsagePlan26A47D41",
    type: "AWS::ApiGateway::UsagePlan",
    loss: "the keys of its credentials",
  },
];

const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0f2b7c1e-1111-4222-8333-944455556666";
const domain = { domainName: "rewards.brand.example", certificateArn };
const plain = synthesize(domain).resources;
/** With each setting that adds something to be kept. */
const { resources } = synthesize({
  ...domain,
  customerKey: "true",
  queueOrgs: "100",
  credentialRatePerSecond: "50",
  credentialBurst: "100",
});

test("a deployment neither removes nor replaces the table or its key, a queue, the bus, the API, the domain, the topic, the state machine, the list of erasures or the usage plan", () => {
  expect(brokenPromises(kept, resources)).toEqual([]);
});

test.each(Object.entries(contract))(
  "%s, which holds data of its own, is as test/infra/contract.json has it",
  (id, pinned) => {
    const { Type, Properties, DeletionPolicy, UpdateReplacePolicy } = plain.get(id) ?? {};
    expect({ Type, Properties, DeletionPolicy, UpdateReplacePolicy }).toEqual({
      DeletionPolicy: undefined,
      UpdateReplacePolicy: undefined,
      ...pinned,
    });
  },
);

test("everything that holds data is in test/infra/contract.json", () => {
  const types = new Set(Object.values(contract).map(({ Type }) => Type));
  // The account's own setting for the log of API Gateway outlives the stack too, and holds nothing.
  const setting = new Set(["AWS::ApiGateway::Account", "AWS::IAM::Role"]);
  const isData = ({ Type, DeletionPolicy }: Resource) =>
    types.has(Type) || (DeletionPolicy === "Retain" && !setting.has(Type));
  const found = [...plain].filter(([, resource]) => isData(resource)).map(([id]) => id);
  expect(found.toSorted()).toEqual(Object.keys(contract).toSorted());
});

test(".ci/run has cfn-lint read the template, and fails when that finds something", () => {
  const script = readFileSync(".ci/run", "utf8");
  expect(script).toMatch(/^ {2}build\/cfn-lint\/bin\/cfn-lint\ntemplate=\$\?$/m);
  expect(script).toMatch(/^exit \$\(\(.*\btemplate\b.*\)\)$/m);
});

describe("the check says in a sentence", () => {
  test.each(kept)("that $id is removed", ({ id, loss }) => {
    const after = new Map([...resources].filter(([each]) => each !== id));
    expect(brokenPromises(kept, after)).toEqual([
      `${id} would be removed, as its logical id is no longer in the template: the brand loses ${loss}.`,
    ]);
  });

  test.each(kept)("that $id becomes something else", ({ id, type, loss }) => {
    const after = new Map([...resources, [id, { Type: "AWS::IoT::Thing", Properties: {} }]]);
    expect(brokenPromises(kept, after)).toEqual([
      `${id} would be replaced, as it is no ${type} any more: the brand loses ${loss}.`,
    ]);
  });

  test.each(kept.flatMap((each) => replacingProperties(each.type).map((property) => ({ ...each, property }))))(
    "that $id is replaced by a change of $property",
    ({ id, type, loss, property }) => {
      const { Properties } = resources.get(id) ?? {};
      const changed: Resource = { Type: type, Properties: { ...Properties, [property]: "another" } };
      expect(brokenPromises(kept, new Map([...resources, [id, changed]]))).toEqual([
        `${id} would be replaced, as its ${property} changed: the brand loses ${loss}.`,
      ]);
    },
  );
});
