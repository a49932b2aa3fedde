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
