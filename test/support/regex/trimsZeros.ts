/** Twice the zeros take four times as long, so `npm run check:regex` must refuse it. */
export const trailingZeros = /0+$/;
/** The text may come from a caller, so this expression cannot be judged. */
export const containing = (text: string) => new RegExp(text);
/** The schema's pattern takes exponential time. */
export const schema = { type: "string", pattern: "^(a+)+$" };
