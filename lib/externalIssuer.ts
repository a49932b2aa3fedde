import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { type IssuerConfig, issuerVariables } from "../shared/config/issuerConfig.ts";

/** Configures the authorizer to trust the JWTs of an external issuer. */
export function trustExternalIssuer(
  authorizer: LambdaFunction,
  { issuer, audience, orgClaim, groupClaim, takesUntypedTokens }: IssuerConfig,
): void {
  authorizer.addEnvironment(issuerVariables.issuer, issuer);
  authorizer.addEnvironment(issuerVariables.audience, audience);
  authorizer.addEnvironment(issuerVariables.orgClaim, orgClaim);
  authorizer.addEnvironment(issuerVariables.groupClaim, groupClaim);
  authorizer.addEnvironment(issuerVariables.takesUntypedTokens, String(takesUntypedTokens));
}
