import type { CallName } from "../lib/functionNames.ts";
import type { LocalFunctions } from "../local/functions.ts";
import type { Table } from "../shared/table/client.ts";
import type { Projection } from "./projection.ts";

/** A kind of call, and what distinguishes the measured call from its simplest one. */
export type OperationName = CallName | `${CallName}, ${string}`;

export type Step = {
  readonly name: OperationName;
  /** Runs before the measurement and is not measured. */
  readonly prepare?: () => Promise<unknown>;
  readonly run: () => Promise<unknown>;
};

/** The surroundings of the steps: a table of their own, its functions and its stream. */
export type Workshop = {
  readonly table: Table;
  readonly functions: LocalFunctions;
  readonly projection: Projection;
};

/** Steps in a place of their own, ordered so that each finds what it needs. */
export type Chapter = (workshop: Workshop) => Promise<readonly Step[]>;
