/** Takes four times as long for twice the zeros: `npm run check:regex` must refuse it. */
export const trailingZeros = /0+$/;
/** Anybody's text may be in it: it cannot be judged. */
export const containing = (text: string) => new RegExp(text);
/** A schema's pattern that takes exponential time. */
export const schema = { type: "string", pattern: "^(a+)+$" };
