import { expect, test } from "vitest";
import { synthesize } from "./support/synthesize.ts";

/**
 * Properties that are called names and give the resource no physical name. An API's and an authorizer's are labels that
 * may repeat. A stage is named within its API, an inline policy within its role, an alias within its function. A metric
 * is AWS's own, and a function's name is a reference. A bus has to have a name, and it begins with the stack's. A group
 * of CodeDeploy names its application and AWS's own way to deploy. A topic's display name is the sender of its mails.
 * One log group has to be found below a prefix of AWS's; the rest of its name is the stack's. A metric filter names the
 * log group that it reads.
 */
const labels: readonly string[] = [
  "AWS::ApiGateway::RestApi Name",
  "AWS::ApiGateway::Authorizer Name",
  "AWS::ApiGateway::Stage StageName",
  "AWS::CloudWatch::Alarm MetricName",
  "AWS::CodeDeploy::DeploymentGroup ApplicationName",
  "AWS::CodeDeploy::DeploymentGroup DeploymentConfigName",
  "AWS::Events::EventBus Name",
  "AWS::IAM::Policy PolicyName",
  "AWS::Lambda::Alias FunctionName",
  "AWS::Lambda::Alias Name",
  "AWS::Lambda::EventSourceMapping FunctionName",
  "AWS::Lambda::Permission FunctionName",
  "AWS::Lambda::Version FunctionName",
  "AWS::Logs::LogGroup LogGroupName",
  "AWS::Logs::MetricFilter LogGroupName",
  "AWS::SNS::Topic DisplayName",
];

test("no resource has a name of its own, so stacks never collide and any resource can be replaced", () => {
  const { resources } = synthesize();
  const names = [...resources.values()].flatMap(({ Type, Properties }) =>
    Object.keys(Properties)
      .filter((property) => property.endsWith("Name"))
      .map((property) => `${Type} ${property}`),
  );
  expect([...new Set(names)].toSorted()).toEqual(labels.toSorted());
});
