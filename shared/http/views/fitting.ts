/** The part of Lambda's 6 MB for the rows. The rest is for the envelope and headers. */
const mostBytes = 5_000_000;

/**
 * The first rows, as many as one answer can carry and at least one. A definition can take 256 kB, and a customer's
 * state in a group 3 MB. Lambda's answer holds the body as a text in JSON, in which every quotation mark takes two
 * bytes.
 */
export function fitting<View>(views: readonly View[]): readonly View[] {
  let bytes = 0;
  const end = views.findIndex((view) => {
    bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(view)));
    return bytes > mostBytes;
  });
  return end === -1 ? views : views.slice(0, Math.max(1, end));
}
