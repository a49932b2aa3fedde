/** A user name and secret as a caller presented them. */
export type PresentedCredential = { readonly username: string; readonly secret: string };

const schemePattern = /^Basic ([A-Za-z0-9+/]+={0,2})$/;
/**
 * A byte-order mark stays a part of the user name. If the decoder dropped it, one credential would have two spellings.
 */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads `Authorization: Basic …` (RFC 7617); `undefined` for anything else.
 *
 * It accepts one spelling of the scheme's name, and canonical base64 only. Node's decoder accepts several spellings of
 * the same bytes, and each would be another entry in API Gateway's authorizer cache.
 */
export function parseBasicAuthorization(header: string): PresentedCredential | undefined {
  const encoded = schemePattern.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) return undefined;
  const text = decodeUtf8(bytes);
  const colon = text?.indexOf(":") ?? -1;
  if (text === undefined || colon < 1) return undefined;
  return { username: text.slice(0, colon), secret: text.slice(colon + 1) };
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
