import type { APIGatewayProxyEvent } from "aws-lambda";
import { quote } from "./parameters.ts";

/** The character that API Gateway and URL decoding put where bytes are not UTF-8. The original text is lost. */
const replacementCharacter = "\uFFFD";
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether the text arrived whole and can be written as UTF-8 again. */
export function isIntact(text: string): boolean {
  return text.isWellFormed() && !text.includes(replacementCharacter);
}

/** The text of a body. It is `undefined` when the body was not sent as UTF-8. */
export function bodyText(body: string | null, isBase64Encoded: boolean): string | undefined {
  if (body === null) return "";
  if (isBase64Encoded) return decoded(Buffer.from(body, "base64"));
  return isIntact(body) ? body : undefined;
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

type Headers = Pick<APIGatewayProxyEvent, "headers" | "multiValueHeaders">;

/**
 * Header values by lower-case name. The values of a header that was sent more than once are joined by a comma and a
 * blank (RFC 9110, section 5.3). No header that may be sent only once can hold these two characters.
 */
export function readHeaders({ headers, multiValueHeaders }: Headers): Readonly<Record<string, string | undefined>> {
  const byName = new Map<string, string>();
  for (const [name, values] of lists(multiValueHeaders, headers)) {
    const lowerName = name.toLowerCase();
    const earlier = byName.get(lowerName);
    byName.set(lowerName, (earlier === undefined ? values : [earlier, ...values]).join(", "));
  }
  return Object.fromEntries(byName);
}

type Query = Pick<APIGatewayProxyEvent, "queryStringParameters" | "multiValueQueryStringParameters">;

/** The faults of any query. A parameter that was sent twice could be read in two ways. */
export function queryFaults({ queryStringParameters, multiValueQueryStringParameters }: Query): string[] {
  return lists(multiValueQueryStringParameters, queryStringParameters).flatMap(([name, values]) => [
    ...(values.length > 1 ? [`${quote(name)} in the query must be sent once; got ${values.length}.`] : []),
    ...([name, ...values].every(isIntact) ? [] : [`${quote(name)} in the query must be UTF-8.`]),
  ]);
}

type Lists = Readonly<Record<string, readonly string[] | undefined>>;
type Singles = Readonly<Record<string, string | undefined>>;

/** The values by name. API Gateway sends both forms, while an event made by hand may have only one. */
function lists(multiple: Lists | null | undefined, single: Singles | null | undefined): [string, readonly string[]][] {
  const byName = multiple ?? {};
  const alone = Object.entries(single ?? {}).filter(([name]) => !Object.hasOwn(byName, name));
  return [
    ...Object.entries(byName).map(([name, values = []]): [string, readonly string[]] => [name, values]),
    ...alone.map(([name, value]): [string, readonly string[]] => [name, value === undefined ? [] : [value]]),
  ];
}
