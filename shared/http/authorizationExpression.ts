/**
 * The spelling of an `Authorization` header that may prove somebody: Basic with base64, or Bearer with an access token
 * or a JWT. API Gateway itself answers 401 to any other header, so garbage costs no call of the authorizer. The
 * authorizer still checks everything. The expression is so plain that API Gateway and JavaScript read it alike.
 */
export const authorizationExpression =
  "^(Basic [A-Za-z0-9+/]+={0,2}|Bearer [A-Za-z0-9_-]{43}|Bearer [A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+)$";
