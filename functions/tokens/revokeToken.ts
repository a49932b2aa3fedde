import { revokeAccessToken } from "../../shared/auth/accessToken.ts";
import { type OAuthOperation, OAuthRefused, requireClient } from "../../shared/http/oauth.ts";
import type { CredentialContext } from "../../shared/http/tokenContext.ts";

/**
 * Ends an access token of the client that proves itself (RFC 7009). A token that is unknown, expired or ended already
 * counts as ended, so the answer is a success. Another client's token is refused with `invalid_grant`.
 */
export function revokeToken(context: CredentialContext): OAuthOperation {
  return async (request) => {
    const token = request.form.get("token");
    if (token === undefined) throw new OAuthRefused("invalid_request", "token is required.");
    const { credential } = await requireClient(context, request);
    const outcome = await revokeAccessToken(context.table, credential.username, token);
    if (outcome === "notYours") throw new OAuthRefused("invalid_grant", "The token was issued to another client.");
    return {};
  };
}
