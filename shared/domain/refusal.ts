/** The numeric codes of business refusals, as clients of this API know them (docs/errors.md). */
export type RefusalCode = 310011 | 310017 | 310018 | 310019 | 310069 | 310119 | 310126 | 310149;

/** A refusal: its code, and a text that says what was given and what to check. */
export type Refusal = { readonly outcome: "refused"; readonly code: RefusalCode; readonly detail: string };

export function refused(code: RefusalCode, detail: string): Refusal {
  return { outcome: "refused", code, detail };
}
