/**
 * By which way a change came in: a call of the API, or a message of the queue. `AUTOMATIC` is what the service does by
 * itself, such as the end of a cycle.
 */
export const sources = ["API", "QUEUE", "AUTOMATIC"] as const;
type Source = (typeof sources)[number];

/** Who entered a change, and by which way. It cannot be found out later, so it is stored with the change. */
export type Authorship = {
  /**
   * The user name of the credential, or the sender of a message. The prefix tells them apart: `jwt:` for the subject of
   * an external issuer's token, `aws:` for a sender that AWS has authenticated. `undefined` when nobody entered it.
   */
  readonly enteredBy: string | undefined;
  readonly source: Source;
};

export const byItself: Authorship = { enteredBy: undefined, source: "AUTOMATIC" };

/** The authorship alone, of a record that has more. */
export function authorshipOf({ enteredBy, source }: Authorship): Authorship {
  return { enteredBy, source };
}
