import { type Authorship, sources } from "../domain/authorship.ts";
import type { Item, ItemReader } from "./item.ts";

/** The names are short, because enrolments and activities are paid for by their size. */
export const enteredByAttribute = "by";
export const sourceAttribute = "via";
/** The version of the group's definition. */
export const versionAttribute = "version";

/** The attributes of an authorship, as every item has them. */
export function buildAuthorship({ enteredBy, source }: Authorship): Item {
  return { [enteredByAttribute]: enteredBy, [sourceAttribute]: source };
}

export function parseAuthorship(reader: ItemReader): Authorship {
  return { enteredBy: reader.optionalText(enteredByAttribute), source: reader.oneOf(sourceAttribute, sources) };
}
