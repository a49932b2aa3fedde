import { CfnOutput } from "aws-cdk-lib";
import { ApiKey, type RestApi, UsagePlan } from "aws-cdk-lib/aws-apigateway";
import { Construct } from "constructs";
import { issuerUsageName, usageIdentifierKey } from "../shared/http/usageIdentifier.ts";
import type { CredentialLimits as Limits } from "./settings.ts";

type CredentialLimitsProps = {
  readonly restApi: RestApi;
  /** The stack's name is also the plan's name, from which the keys are derived. */
  readonly stackName: string;
  readonly limits: Limits;
  readonly hasExternalIssuer: boolean;
};

/**
 * A rate and burst for each credential: a usage plan, to which the operator CLI adds a key for each credential. The
 * systems of an external issuer share one key, because they have no credentials here.
 */
export class CredentialLimits extends Construct {
  constructor(scope: Construct, id: string, { restApi, stackName, limits, hasExternalIssuer }: CredentialLimitsProps) {
    super(scope, id);
    const plan = new UsagePlan(this, "UsagePlan", {
      name: stackName,
      description: "What each credential may call",
      throttle: { rateLimit: limits.ratePerSecond, burstLimit: limits.burst },
      apiStages: [{ stage: restApi.deploymentStage }],
    });
    if (hasExternalIssuer) {
      const value = usageIdentifierKey(stackName, issuerUsageName);
      plan.addApiKey(new ApiKey(this, "IssuerKey", { value, description: "All systems of the external issuer" }));
    }
    const output = new CfnOutput(this, "UsagePlanId", {
      value: plan.usagePlanId,
      description: "The usage plan that credentials are added to, for the operator CLI",
    });
    output.overrideLogicalId("UsagePlanId");
  }
}
