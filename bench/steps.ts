import type { FunctionName } from "../lib/functionNames.ts";
import type { LocalFunctions } from "../local/functions.ts";
import type { Table } from "../shared/table/client.ts";
import type { Projection } from "./projection.ts";

/** A function, and how the call that is measured differs from its plainest. */
export type OperationName = FunctionName | `${FunctionName}, ${string}`;

export type Step = {
  readonly name: OperationName;
  /** Not measured. */
  readonly prepare?: () => Promise<unknown>;
  readonly run: () => Promise<unknown>;
};

/** What the steps work with: a table of their own, its functions, and its stream. */
export type Workshop = {
  readonly table: Table;
  readonly functions: LocalFunctions;
  readonly projection: Projection;
};

/** Steps in a place of their own, in an order in which each finds what it needs. */
export type Chapter = (workshop: Workshop) => Promise<readonly Step[]>;
