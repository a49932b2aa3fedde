import type { Authorship } from "../../domain/authorship.ts";

/** Who entered something and by which way, on the wire. */
export function presentAuthorship({ enteredBy, source }: Authorship) {
  return { enteredBy: enteredBy ?? null, source };
}
