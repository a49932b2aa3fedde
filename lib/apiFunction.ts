import { join } from "node:path";
import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  type Alias,
  Architecture,
  FunctionBase,
  type IFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { type BundlingOptions, LogLevel, NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { metricsNamespaceVariable } from "../shared/config/metricsConfig.ts";
import type { FunctionName } from "./functionNames.ts";
import type { MilestreakTable } from "./table.ts";
import { retiringGrants, tableGrants } from "./tableGrants.ts";

/** Longer than the longest chain of engine requests with all attempts, and shorter than API Gateway waits. */
const defaultTimeout = Duration.seconds(25);

/**
 * Modules that the SDK imports on demand and a Lambda never needs. A Lambda has its credentials in the environment, so
 * other ways to find them are not used. No operation used here has event streams. Their import on demand would also
 * keep esbuild from joining the SDK into one scope. bench/README.md has the gain of each.
 */
export const unreachedModules = [
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/core/event-streams",
  "@smithy/credential-provider-imds",
];

const projectRoot = join(import.meta.dirname, "..");

type ApiFunctionProps = {
  readonly name: FunctionName;
  readonly stackName: string;
  readonly table: MilestreakTable;
  readonly logRetentionDays: RetentionDays;
  readonly hasBundleReport: boolean;
  /**
   * The most concurrent executions, which the account also keeps free for it; `undefined` for no limit and no reserve.
   */
  readonly reservedConcurrency?: number | undefined;
  /** How long a call may take. A call that API Gateway waits for has the default. */
  readonly timeout?: Duration | undefined;
};

/**
 * One Lambda of the API, from `functions/<name>/handler.ts`, with a role and a log group of its own. Callers invoke
 * {@link live}. It is the deployed version, and during a deployment the previous and the new one (Deployments).
 */
export class ApiFunction extends Construct {
  readonly lambda: NodejsFunction;
  /** The alias, for deploying. */
  readonly alias: Alias;
  /** The alias, for invoking. */
  readonly live: IFunction;

  constructor(scope: Construct, id: string, props: ApiFunctionProps) {
    super(scope, id);
    const {
      name,
      stackName,
      table,
      logRetentionDays,
      hasBundleReport,
      reservedConcurrency,
      timeout = defaultTimeout,
    } = props;
    const logGroup = new LogGroup(this, "Logs", { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
    this.lambda = new NodejsFunction(this, "Function", {
      entry: join(projectRoot, "functions", name, "handler.ts"),
      projectRoot,
      depsLockFilePath: join(projectRoot, "package-lock.json"),
      bundling: bundling(hasBundleReport),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Lambda allots CPU with memory. A cold start is mostly CPU time for loading the bundle.
      memorySize: 1024,
      timeout,
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      role: this.#role(logGroup),
      environment: { [metricsNamespaceVariable]: stackName },
      awsSdkConnectionReuse: false,
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
    });
    table.grant(this.lambda, [...tableGrants[name], ...(retiringGrants[name] ?? [])]);
    this.alias = this.lambda.addAlias("live");
    this.live = asFunction(this.alias);
  }

  /** The role is made here, because CDK's default role may write to every log group of the account. */
  #role(logGroup: LogGroup): Role {
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    role.addToPolicy(
      new PolicyStatement({
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [logGroup.logGroupArn],
      }),
    );
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "X-Ray's two write actions, which CDK adds for active tracing, exist for all resources only.",
    });
    return role;
  }
}

/** An alias is a function, but its type declaration is not strict enough for this project's type check. */
function asFunction(alias: Construct): IFunction {
  if (!(alias instanceof FunctionBase)) throw new Error("An alias is a function");
  return alias;
}

/**
 * Bundles one minified module with its own SDK. The runtime's copy is not the tested version and changes without
 * notice.
 */
export function bundling(hasBundleReport: boolean): BundlingOptions {
  return {
    format: OutputFormat.ESM,
    target: "node24",
    // The SDK's CommonJS builds cannot be tree-shaken; `module` names the ones that can.
    mainFields: ["module", "main"],
    minify: true,
    sourceMap: false,
    externalModules: unreachedModules,
    esbuildArgs: {
      "--alias:node:process": join(projectRoot, "shared/config/nodeProcess.ts"),
      "--alias:@aws-sdk/lib-dynamodb": join(projectRoot, "lib/bundling/documentClient.mjs"),
      "--alias:@middy/util": join(projectRoot, "lib/bundling/middyUtil.mjs"),
      "--alias:@aws-sdk/endpoint-cache": join(projectRoot, "lib/bundling/endpointCache.mjs"),
    },
    metafile: hasBundleReport,
    logLevel: LogLevel.WARNING,
  };
}
