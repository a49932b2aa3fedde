import { invalidInput } from "../errors.ts";

/** A value of the right form, or each fault of it as a sentence. */
export type Checked<Valid> = { readonly valid: Valid } | { readonly faults: readonly string[] };

export function faultsOf(checked: Checked<unknown>): readonly string[] {
  return "faults" in checked ? checked.faults : [];
}

/** Both values, or the faults of both, those of the first before those of the other. */
export function both<One, Other>(one: Checked<One>, other: Checked<Other>): Checked<readonly [One, Other]> {
  if ("valid" in one && "valid" in other) return { valid: [one.valid, other.valid] };
  return { faults: [...faultsOf(one), ...faultsOf(other)] };
}

/** The value. Refuses with 300004, all faults at once. */
export function required<Valid>(checked: Checked<Valid>): Valid {
  if ("valid" in checked) return checked.valid;
  throw invalidInput(checked.faults);
}
