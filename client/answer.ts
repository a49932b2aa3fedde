import type { components, operations } from "./schema.generated.ts";

type Schemas = components["schemas"];
type OperationName = keyof operations;
type BodyOf<Name extends OperationName> = {
  [Status in keyof operations[Name]["responses"]]: operations[Name]["responses"][Status] extends {
    readonly content: { readonly "application/json": infer Body };
  }
    ? Body
    : never;
}[keyof operations[Name]["responses"]];

type CodeIn<Body> = Body extends { readonly errors: readonly { readonly code: infer Code }[] } ? Code : never;
type DataIn<Body> = Body extends { readonly data: infer Data; readonly errors: null } ? Data : never;

/** The data of an operation's success. */
export type DataOf<Name extends OperationName> = DataIn<BodyOf<Name>>;

/** What a success has beside its data. */
type BesideIn<Body> = Body extends { readonly errors: null }
  ? Body extends { readonly pagination: infer Pagination }
    ? { readonly pagination: Pagination }
    : Body extends { readonly simulation?: infer Simulation }
      ? { readonly simulation?: Simulation }
      : object
  : never;

/** The codes with which an operation can be refused. */
export type CodeOf<Name extends OperationName> = CodeIn<BodyOf<Name>>;

/** Every error code (docs/errors.md). */
export type ErrorCode = { [Name in OperationName]: CodeOf<Name> }[OperationName];

export type Warning = Schemas["Warning"];
export type Fault<Code> = { readonly code: Code; readonly message: string };

/** How an answer came about. */
type Came = {
  readonly status: number;
  /** How many times the call was sent; at least 1. */
  readonly attempts: number;
  /** The headers of the HTTP answer. */
  readonly headers: Headers;
};

type Accepted<Data> = Came & {
  readonly code: null;
  readonly data: Data;
  readonly errors: null;
  /** What the API has ignored, such as a field that does not apply to streaks. */
  readonly warnings: readonly Warning[] | null;
};

export type Refused<Code> = Came & {
  /**
   * The code of the first error. All errors of one answer have the same code. Every code is listed in docs/errors.md.
   */
  readonly code: Code;
  readonly data: null;
  readonly errors: readonly Fault<Code>[];
  readonly warnings: null;
};

/**
 * The API's envelope. `code` is `null` for a success, and otherwise says which refusal it is. `Beside` is what a success
 * has beside its data: the `pagination` of a read that answers pages.
 */
export type Answer<Data, Code, Beside = object> = (Accepted<Data> & Beside) | Refused<Code>;
export type AnswerOf<Name extends OperationName> = Answer<DataOf<Name>, CodeOf<Name>, BesideIn<BodyOf<Name>>>;

/** A refusal as an exception: see {@link unwrap}. */
export class MilestreakError extends Error {
  override readonly name = "MilestreakError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly errors: readonly Fault<ErrorCode>[];

  constructor({ code, status, errors }: Refused<ErrorCode>) {
    super(`${code}: ${errors.map(({ message }) => message).join(" ")}`);
    this.code = code;
    this.status = status;
    this.errors = errors;
  }
}

/**
 * There is no answer of the API: the network failed, the time was up, or something else answered. A write may have been
 * carried out nevertheless. `cause` is the error of the last of `attempts` attempts.
 */
export class MilestreakUnreachable extends Error {
  override readonly name = "MilestreakUnreachable";
  readonly attempts: number;

  constructor(message: string, attempts: number, cause?: unknown) {
    super(message, { cause });
    this.attempts = attempts;
  }
}

/** The data of a success. Throws {@link MilestreakError} for a refusal, so that callers need not check each answer. */
export function unwrap<Data>(answer: Answer<Data, ErrorCode>): Data {
  if (answer.code === null) return answer.data;
  throw new MilestreakError(answer);
}
