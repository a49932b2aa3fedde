import { issueAccessToken } from "../../shared/auth/accessToken.ts";
import { provePair } from "../../shared/auth/provePair.ts";
import { RequestRefused } from "../../shared/http/errors.ts";
import type { OpenOperation } from "../../shared/http/openHandler.ts";
import { required } from "../../shared/http/requests/checked.ts";
import { generateToken as schema } from "../../shared/http/requests/schemas.ts";
import { checked, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import { generateToken as validate } from "../../shared/http/requests/validators.generated.js";
import type { TokenContext } from "../../shared/http/tokenContext.ts";

/** Issues an access token for a key and secret, in the API's own envelope. Refuses with 300004 or 401. */
export function generateToken({ table, clock, lifetimeSeconds }: TokenContext): OpenOperation {
  return async (body) => {
    const { key, secret } = required(checked(validate, body));
    const proof = await provePair(table, { username: key, secret }, clock());
    if (proof === undefined) throw new RequestRefused(401, ["No active credential has this key and secret."]);
    const { token } = await issueAccessToken(table, proof, clock(), lifetimeSeconds);
    const data = { accessToken: token, ttlSeconds: lifetimeSeconds };
    return { data, warnings: unknownFieldWarnings(schema, body) };
  };
}
