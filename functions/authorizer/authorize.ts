import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import { authenticate } from "../../shared/auth/authenticate.ts";
import type { Clock } from "../../shared/auth/clock.ts";
import type { JwtAuthenticator } from "../../shared/auth/externalIssuer.ts";
import { usageIdentifierKey } from "../../shared/http/usageIdentifier.ts";
import { countRefusal } from "../../shared/observability/metrics.ts";
import { withoutInput } from "../../shared/operations/withoutInput.ts";
import type { Table } from "../../shared/table/client.ts";

export type AuthorizerLambda = (event: APIGatewayTokenAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** The error message that makes API Gateway answer 401 instead of 500. */
const unauthorized = "Unauthorized";

/**
 * Tells API Gateway who is calling. The policy covers the whole stage, because it is cached for the credential and not
 * for the route. Each route decides from the context what the caller may do.
 *
 * With a usage plan, the answer names the plan's key that the call counts for.
 *
 * Rejects with `Unauthorized` (401) when the header identifies nobody. Rejects with an error that holds nothing of the
 * header when it cannot be checked.
 */
export function authorize(
  table: Table,
  clock: Clock,
  authenticateJwt: JwtAuthenticator,
  credentialPlan?: string,
): AuthorizerLambda {
  const callerOf = withoutInput((header: string) => authenticate(table, authenticateJwt, header, clock()));
  return async ({ authorizationToken, methodArn }) => {
    const caller = await callerOf(authorizationToken);
    if (caller === undefined) {
      countRefusal(401, undefined);
      throw new Error(unauthorized);
    }
    const { org, username, accessGroup } = caller;
    return {
      principalId: username,
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: stageArn(methodArn) }],
      },
      context: { org, username, accessGroup },
      ...(credentialPlan === undefined ? {} : { usageIdentifierKey: usageIdentifierKey(credentialPlan, username) }),
    };
  };
}

/** `arn:…:api/stage/GET/path` → `arn:…:api/stage/*`. */
function stageArn(methodArn: string): string {
  const [api = "", stage = ""] = methodArn.split("/");
  return `${api}/${stage}/*`;
}
