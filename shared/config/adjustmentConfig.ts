/** The limits that a deployment, and a local service, may set. */
export const adjustmentLimits = { minimum: 1, maximum: 999_999_999 } as const;

/** The name of the variable in which a function finds by how much support may adjust; see the stack. */
export const adjustmentLimitVariable = "ADJUSTMENT_LIMIT";

/**
 * The largest amount that a caller may adjust by without the permission `manage`, in the target's unit; `undefined` for no
 * limit.
 */
export function readAdjustmentLimit(environment: NodeJS.ProcessEnv = process.env): number | undefined {
  const text = environment[adjustmentLimitVariable];
  return text === undefined ? undefined : Number(text);
}
