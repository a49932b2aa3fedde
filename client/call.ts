import { type Answer, type Fault, MilestreakUnreachable, type Warning } from "./answer.ts";
import { type Sender, send } from "./send.ts";

export type CallOptions = {
  /** Ends the call and its repeats; the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The options that a call passes to the library that builds its request. */
type CallInit = CallOptions & {
  readonly fetch: (request: Request) => Promise<Response>;
  /** The library's types of parsed answers leave out what is always `null`. */
  readonly parseAs: "text";
};

/** The library's result: the text of a success, or the body of any other answer, parsed if it is JSON. */
type Exchange = { readonly data?: string; readonly error?: unknown; readonly response: Response };

/** Sends the request that `exchange` builds through {@link send}, and reads the envelope. */
export async function call<Data, Code, Beside = object>(
  sender: Sender,
  isRepeatable: boolean,
  options: CallOptions,
  exchange: (init: CallInit) => Promise<Exchange>,
): Promise<Answer<Data, Code, Beside>> {
  let attempts = 0;
  const fetch = async (request: Request) => {
    const sent = await send(sender, request, isRepeatable);
    attempts = sent.attempts;
    return sent.response;
  };
  const { data: text, error, response } = await exchange({ ...options, fetch, parseAs: "text" });
  return readAnswer(text === undefined ? error : parse(text), response, attempts);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readAnswer<Data, Code, Beside>(
  body: unknown,
  response: Response,
  attempts: number,
): Answer<Data, Code, Beside> {
  const { status, headers } = response;
  const came = { status, attempts, headers };
  if (isSuccess<Data, Beside>(body)) return { ...body, ...came, code: null };
  const [first] = isFailure<Code>(body) ? body.errors : [];
  if (!isFailure<Code>(body) || first === undefined) {
    throw new MilestreakUnreachable(`What answered ${status} is not the API`, attempts);
  }
  return { ...came, code: first.code, data: null, errors: body.errors, warnings: null };
}

type Success<Data, Beside> = {
  readonly data: Data;
  readonly errors: null;
  readonly warnings: readonly Warning[] | null;
} & Beside;
type Failure<Code> = { readonly errors: readonly Fault<Code>[] };

/** The contents of an envelope are not checked here. The API's own tests hold them to the OpenAPI document. */
function isSuccess<Data, Beside>(body: unknown): body is Success<Data, Beside> {
  return isObject(body) && "data" in body && "errors" in body && body.errors === null;
}

function isFailure<Code>(body: unknown): body is Failure<Code> {
  return isObject(body) && "errors" in body && Array.isArray(body.errors) && body.errors.every(isFault);
}

function isFault(value: unknown): boolean {
  return isObject(value) && "code" in value && typeof value.code === "number";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
