/** Of Lambda's 6 MB; the rest is for the envelope and headers. */
const mostBytes = 5_000_000;

/**
 * As many of the first rows as one answer can carry, at least one. A definition can be 256 kB, a customer's state in a
 * group 2 MB, and Lambda's answer holds the body as a text in JSON, where every quotation mark takes two bytes.
 */
export function fitting<View>(views: readonly View[]): readonly View[] {
  let bytes = 0;
  const end = views.findIndex((view) => {
    bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(view)));
    return bytes > mostBytes;
  });
  return end === -1 ? views : views.slice(0, Math.max(1, end));
}
