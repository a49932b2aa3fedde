import { issueAccessToken } from "../../shared/auth/accessToken.ts";
import { type Form, type OAuthOperation, OAuthRefused, requireClient } from "../../shared/http/oauth.ts";
import type { TokenContext } from "../../shared/http/tokenContext.ts";

/** Issues an access token to the client that proves itself (RFC 6749, section 4.4). */
export function issueToken(context: TokenContext): OAuthOperation {
  return async (request) => {
    assertClientCredentialsGrant(request.form);
    const proof = await requireClient(context, request);
    const { token, lifetimeSeconds } = await issueAccessToken(
      context.table,
      proof,
      context.clock(),
      context.lifetimeSeconds,
    );
    return { access_token: token, token_type: "Bearer", expires_in: lifetimeSeconds };
  };
}

/**
 * Accepts the grant `client_credentials` without a scope only. The API has no scopes, and a requested scope that is not
 * granted would have to be reported.
 */
function assertClientCredentialsGrant(form: Form): void {
  const grantType = form.get("grant_type");
  if (grantType === undefined) throw new OAuthRefused("invalid_request", "grant_type is required.");
  if (grantType !== "client_credentials") {
    throw new OAuthRefused("unsupported_grant_type", "grant_type must be client_credentials.");
  }
  if (form.has("scope")) {
    throw new OAuthRefused("invalid_scope", "There are no scopes; the access group of the client says what it may do.");
  }
}
