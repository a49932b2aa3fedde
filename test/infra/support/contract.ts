import type { Resource } from "./synthesize.ts";

/** A resource that deployments must keep, by its logical id in the template. */
export type Kept = {
  readonly id: string;
  readonly type: string;
  /** What the brand loses when the resource is gone, as the object of "loses". */
  readonly loss: string;
  /** The values of the properties that may not change. The resource has no other such property. */
  readonly fixed?: Readonly<Record<string, unknown>>;
};

/** The properties whose change makes CloudFormation create another resource and remove the old one. */
const replacing: Readonly<Record<string, readonly string[]>> = {
  "AWS::DynamoDB::Table": ["TableName", "KeySchema", "LocalSecondaryIndexes", "ImportSourceSpecification"],
  "AWS::SQS::Queue": ["QueueName", "FifoQueue"],
  "AWS::Events::EventBus": ["Name"],
  "AWS::ApiGateway::RestApi": [],
  "AWS::ApiGateway::DomainName": ["DomainName"],
  "AWS::SNS::Topic": ["TopicName", "FifoTopic"],
  "AWS::StepFunctions::StateMachine": ["StateMachineName", "StateMachineType"],
  "AWS::S3::Bucket": ["BucketName"],
  "AWS::KMS::Key": [],
  "AWS::ApiGateway::UsagePlan": [],
};

type Resources = ReadonlyMap<string, Resource>;

/** A sentence for each kept resource that a deployment of these would remove or replace. */
export function brokenPromises(kept: readonly Kept[], resources: Resources): string[] {
  return kept.flatMap((each) => {
    const fault = faultOf(each, resources.get(each.id));
    return fault === undefined ? [] : [`${each.id} ${fault}: the brand loses ${each.loss}.`];
  });
}

function faultOf({ type, fixed = {} }: Kept, resource: Resource | undefined): string | undefined {
  if (resource === undefined) return "would be removed, as its logical id is no longer in the template";
  if (resource.Type !== type) return `would be replaced, as it is no ${type} any more`;
  const changed = replacingProperties(type).filter(
    (name) => JSON.stringify(fixed[name]) !== JSON.stringify(resource.Properties[name]),
  );
  return changed.length === 0 ? undefined : `would be replaced, as its ${changed.join(" and ")} changed`;
}

export function replacingProperties(type: string): readonly string[] {
  const properties = replacing[type];
  if (properties === undefined) throw new Error(`It is not known what replaces a ${type}`);
  return properties;
}
