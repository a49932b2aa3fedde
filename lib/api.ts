import { Aws, Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import {
  ApiKeySourceType,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  type Method,
  RestApi,
  type StageOptions,
  TokenAuthorizer,
} from "aws-cdk-lib/aws-apigateway";
import { FilterPattern, LogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { authorizationExpression } from "../shared/http/authorizationExpression.ts";
import { isProtected, routeNames, routes } from "../shared/http/routes.ts";
import { metrics } from "../shared/observability/metricNames.ts";
import { accessLogFormat } from "./accessLog.ts";
import type { ApiFunction } from "./apiFunction.ts";
import { CredentialLimits } from "./credentialLimits.ts";
import { CustomDomain } from "./customDomain.ts";
import type { ApiFunctionName } from "./functionNames.ts";
import { installGatewayResponses } from "./gatewayResponses.ts";
import type { Settings } from "./settings.ts";
import { methodThrottles } from "./throttling.ts";
import { requireTls } from "./tls.ts";
import { WebAcl } from "./webAcl.ts";

/** The version in every path: `https://…/v3/targetGroups`. */
const stageName = "v3";

/** The longest time that API Gateway waits without a raised quota. */
const integrationTimeout = Duration.seconds(29);

/** A disabled credential may still be accepted for this long. */
const authorizerCacheTtl = Duration.seconds(300);

type ApiProps = {
  readonly functions: Readonly<Record<ApiFunctionName, ApiFunction>>;
  readonly settings: Settings;
};

/**
 * The REST API with the methods of the route table and no others. Each is behind the authorizer, except the token
 * routes.
 */
export class Api extends Construct {
  readonly baseUrl: string;
  /** The name that the DNS record of the brand's own domain must point to, if there is one. */
  readonly domainTarget: string | undefined;

  constructor(scope: Construct, id: string, { functions, settings }: ApiProps) {
    super(scope, id);
    const restApi = new RestApi(this, "RestApi", {
      // The name is a label for the console. It need not be unique, because the API has an id.
      restApiName: settings.stackName,
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      cloudWatchRole: settings.setsApiGatewayLogRole,
      ...(settings.credentialLimits === undefined ? {} : { apiKeySourceType: ApiKeySourceType.AUTHORIZER }),
      defaultMethodOptions: {
        authorizationType: AuthorizationType.CUSTOM,
        authorizer: new TokenAuthorizer(this, "Authorizer", {
          handler: functions.authorizer.live,
          resultsCacheTtl: authorizerCacheTtl,
          validationRegex: authorizationExpression,
        }),
      },
      deployOptions: this.#stageOptions(settings),
    });
    // CDK's own output has a generated name. The stack has an output of its own with the same address.
    restApi.node.tryRemoveChild("Endpoint");
    addMethods(restApi, functions, settings);
    this.#limitCredentials(restApi, settings);
    installGatewayResponses(restApi);
    Validations.of(restApi).acknowledge(...acknowledgments);
    requireTls(restApi);
    this.#protect(restApi, settings);
    const { domain } = settings;
    this.domainTarget = domain && new CustomDomain(this, "Domain", { restApi, domain, version: stageName }).target;
    const host = domain?.name ?? `${restApi.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    this.baseUrl = `https://${host}/${stageName}`;
  }

  #limitCredentials(restApi: RestApi, { stackName, credentialLimits: limits, externalIssuer }: Settings): void {
    if (limits === undefined) return;
    const hasExternalIssuer = externalIssuer !== undefined;
    new CredentialLimits(this, "CredentialLimits", { restApi, stackName, limits, hasExternalIssuer });
  }

  #protect(restApi: RestApi, { hasWebAcl, webAclRate, webAclTokenRate }: Settings): void {
    if (hasWebAcl) {
      const { stageArn } = restApi.deploymentStage;
      new WebAcl(this, "WebAcl", {
        stageArn,
        requestsPerAddressInFiveMinutes: webAclRate,
        tokenRequestsPerAddressInFiveMinutes: webAclTokenRate,
      });
    } else {
      Validations.of(restApi).acknowledge(noWebAcl);
    }
  }

  #stageOptions(settings: Settings): StageOptions {
    const accessLogs = new LogGroup(this, "AccessLogs", {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new MetricFilter(this, "GatewayFailures", {
      logGroup: accessLogs,
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue("$.status", "=", "5*"),
        // What a function answers by itself, contention among it, has no type; a call turned away is load, not a fault.
        FilterPattern.stringValue("$.gatewayResponse", "!=", "-"),
        FilterPattern.stringValue("$.functionInvocationStatus", "!=", "429"),
        FilterPattern.stringValue("$.authorizerInvocationStatus", "!=", "429"),
      ),
      metricNamespace: settings.stackName,
      metricName: metrics.gatewayFailures.name,
    });
    return {
      stageName,
      tracingEnabled: true,
      accessLogDestination: new LogGroupLogDestination(accessLogs),
      accessLogFormat,
      throttlingRateLimit: settings.throttleRate,
      throttlingBurstLimit: settings.throttleBurst,
      methodOptions: methodThrottles(settings),
    };
  }
}

function addMethods(restApi: RestApi, functions: ApiProps["functions"], { credentialLimits }: Settings): void {
  // API Gateway counts a call for the key that the authorizer names, where a key is required.
  const counted = credentialLimits === undefined ? {} : { apiKeyRequired: true };
  for (const name of routeNames) {
    const { path, method, servedBy } = routes[name];
    const integration = new LambdaIntegration(functions[servedBy].live, {
      timeout: integrationTimeout,
      // The console's test button would be a way past the authorizer.
      allowTestInvoke: false,
    });
    const resource = restApi.root.resourceForPath(path);
    if (isProtected(name)) resource.addMethod(method, integration, counted);
    else acknowledgeOpenMethod(resource.addMethod(method, integration, { authorizationType: AuthorizationType.NONE }));
  }
}

function acknowledgeOpenMethod(method: Method): void {
  Validations.of(method).acknowledge({
    id: "AwsSolutions-APIG4",
    reason: "Whoever asks for or ends an access token has none to show yet; the function checks the credential itself.",
  });
}

/** The policy's name as cdk-nag writes it, with placeholders in angle brackets. */
const logPolicy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs";

const noWebAcl = {
  id: "AwsSolutions-APIG3",
  reason: "A web ACL costs by request: a team's choice, by the setting waf.",
};

const acknowledgments = [
  {
    id: "AwsSolutions-APIG2",
    reason: "The functions validate: they report all faults at once in the envelope, which a gateway model cannot.",
  },
  {
    id: "AwsSolutions-APIG6",
    reason: "Execution logs go to a group without retention that no stack owns; the access log and traces remain.",
  },
  {
    id: "AwsSolutions-COG4",
    reason: "A Lambda authorizer checks the brand's own credentials; no users sign in.",
  },
  {
    id: `AwsSolutions-IAM4[Policy::${logPolicy}]`,
    reason: "The role is the account's, for all its APIs, and this is the policy AWS documents for it.",
  },
];
