import type { Refusal } from "../errors.ts";
import type { JsonSchema } from "../jsonSchema.ts";
import type { Sample } from "../sample.ts";

type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

/** The description of a route that answers with the envelope, beyond what the route table says. */
export type Operation = {
  readonly tag: string;
  readonly sample: Sample;
  readonly description: string;
  readonly body?: { readonly schema: JsonSchema; readonly examples: Examples };
  /** Whether the route accepts the header `Idempotency-Key`. */
  readonly takesKey?: true;
  /** Whether the route accepts the header `If-Match`. */
  readonly takesVersion?: true;
  readonly success: {
    readonly status: 200 | 201 | 202;
    readonly description: string;
    readonly data: JsonSchema;
    /** What the envelope says of the page, for a route that answers pages. */
    readonly pagination?: JsonSchema;
    readonly examples: Examples;
    readonly headers?: JsonSchema;
    /** The content in other types than JSON, by the type, for a route that answers what `Accept` asks for. */
    readonly otherContent?: Readonly<Record<string, JsonSchema>>;
    /** Fields of the envelope beside its usual three. They are not required. */
    readonly besides?: Readonly<Record<string, JsonSchema>>;
  };
  /** What a 200 means for a route whose success is 201; absent when it never answers 200. */
  readonly again?: string;
  /** The route's own refusals in order of precedence, without those of every route. */
  readonly refusals: readonly Refusal[];
};

export type Operations = Readonly<Record<string, Operation>>;
