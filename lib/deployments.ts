import { CfnResource, Duration, Validations } from "aws-cdk-lib";
import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import {
  type ILambdaDeploymentConfig,
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
  TrafficRouting,
} from "aws-cdk-lib/aws-codedeploy";
import { type IRole, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Alias } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { ApiFunction } from "./apiFunction.ts";

/** How traffic shifts to a new version of a function, for each value of the setting `deployment`. */
const shifts = {
  canary10Percent5Minutes: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  canary10Percent15Minutes: LambdaDeploymentConfig.CANARY_10PERCENT_15MINUTES,
  linear10PercentEvery1Minute: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE,
  allAtOnce: LambdaDeploymentConfig.ALL_AT_ONCE,
} as const satisfies Record<string, ILambdaDeploymentConfig>;

export type Deployment = keyof typeof shifts;

export const deployments: readonly Deployment[] = Object.keys(shifts).filter(
  (name): name is Deployment => name in shifts,
);

/**
 * How many deployments run at once. CodeDeploy moves each alias with requests to Lambda's control plane, which accepts
 * 15 a second from one account. A deployment that fails because of throttling would roll back the update of the stack.
 */
const deploymentsAtOnce = 5;

/**
 * Deploys new versions with CodeDeploy. It moves each function's alias to the new version, a share of the calls first.
 * When an alarm goes off meanwhile, it moves the alias back, and the whole update of the stack is rolled back.
 *
 * `allAtOnce` ignores alarms. CodeDeploy refuses to start while an alarm is on, and a fix must be deployable just then.
 *
 * Functions are deployed in the order in which they are watched, in waves of {@link deploymentsAtOnce}: CloudFormation
 * updates an alias only after every alias of the wave before has moved.
 */
export class Deployments extends Construct {
  readonly #application: LambdaApplication;
  readonly #role: IRole;
  readonly #deployment: Deployment;
  readonly #shift: ILambdaDeploymentConfig;
  readonly #rareShift: ILambdaDeploymentConfig;
  readonly #aliases: CfnResource[] = [];

  constructor(
    scope: Construct,
    id: string,
    { functions, deployment }: { readonly functions: readonly ApiFunction[]; readonly deployment: Deployment },
  ) {
    super(scope, id);
    this.#deployment = deployment;
    this.#shift = shifts[deployment];
    this.#rareShift = deployment === "allAtOnce" ? this.#shift : this.#createRareShift();
    this.#application = new LambdaApplication(this, "Application");
    this.#role = this.#createRole(functions).withoutPolicyUpdates();
  }

  /** Lets these alarms decide about new versions of the function. */
  watch(apiFunction: ApiFunction, alarms: readonly IAlarm[]): void {
    this.#addGroup(apiFunction, this.#shift, alarms);
  }

  /**
   * The same for a function that is called once in five minutes. Nobody waits for it, and failed work is done again
   * later.
   */
  watchRare(apiFunction: ApiFunction, alarms: readonly IAlarm[]): void {
    this.#addGroup(apiFunction, this.#rareShift, alarms);
  }

  #addGroup({ node, alias }: ApiFunction, shift: ILambdaDeploymentConfig, alarms: readonly IAlarm[]): void {
    const group = new LambdaDeploymentGroup(this, node.id, {
      application: this.#application,
      role: this.#role,
      alias,
      deploymentConfig: shift,
      alarms: this.#deployment === "allAtOnce" ? [] : [...alarms],
    });
    // A role exists before its policy. A group that started in between could not move the alias.
    group.node.addDependency(this.#role);
    // The alias names its group only in its update policy, which alone does not make it wait for the group.
    alias.node.addDependency(group);
    this.#addToWave(alias);
  }

  /**
   * Only the resources depend on each other. The alias's permissions are left out, because they name the stage, which
   * waits for the aliases of all routes.
   */
  #addToWave(alias: Alias): void {
    const resource = alias.node.defaultChild;
    if (!CfnResource.isCfnResource(resource)) throw new Error("An alias has a resource");
    const begin = this.#aliases.length - (this.#aliases.length % deploymentsAtOnce);
    for (const before of this.#aliases.slice(Math.max(0, begin - deploymentsAtOnce), begin))
      resource.addResourceDependency(before);
    this.#aliases.push(resource);
  }

  /**
   * The function has about one call in five minutes, so a tenth of the calls would be none. The new version gets 99 %,
   * as a canary must hold back at least 1 %. It lasts long enough for a call to fail, be retried and be noticed.
   */
  #createRareShift(): ILambdaDeploymentConfig {
    return new LambdaDeploymentConfig(this, "NearlyAllFor10Minutes", {
      trafficRouting: TrafficRouting.timeBasedCanary({ interval: Duration.minutes(10), percentage: 99 }),
    });
  }

  /** The role is made here, because CDK's policy may move the aliases of all functions of the account. */
  #createRole(functions: readonly ApiFunction[]): Role {
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("codedeploy.amazonaws.com") });
    role.addToPolicy(
      new PolicyStatement({
        actions: ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
        resources: functions.flatMap(({ lambda, alias }) => [
          lambda.functionArn,
          `${lambda.functionArn}:${alias.aliasName}`,
        ]),
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ["cloudwatch:DescribeAlarms"], resources: ["*"] }));
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "It reads whether an alarm is on; CodeDeploy asks for those of its group in one request.",
    });
    return role;
  }
}
