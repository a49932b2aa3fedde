/**
 * How an `Authorization` header that may prove somebody is spelled: Basic with base64, Bearer with an access token or
 * with a JWT. API Gateway answers 401 to any other by itself, so that garbage costs no call of the authorizer, which
 * still checks everything. It is plain enough to mean the same to API Gateway and to JavaScript.
 */
export const authorizationExpression =
  "^(Basic [A-Za-z0-9+/]+={0,2}|Bearer [A-Za-z0-9_-]{43}|Bearer [A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+)$";
