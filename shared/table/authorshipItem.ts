import { type Authorship, sources } from "../domain/authorship.ts";
import type { Item, ItemReader } from "./item.ts";

/** The names are letters, because enrolments and activities are paid for by their size. */
export const enteredByAttribute = "b";
export const sourceAttribute = "w";
/** Why support has changed something: the text of a person, which an anonymisation empties. */
export const reasonAttribute = "reason";
/** The version of the group's definition. */
export const versionAttribute = "d";

/** The attributes of an authorship, as every item has them. */
export function buildAuthorship({ enteredBy, source }: Authorship): Item {
  return { [enteredByAttribute]: enteredBy, [sourceAttribute]: source };
}

export function parseAuthorship(reader: ItemReader): Authorship {
  return { enteredBy: reader.optionalText(enteredByAttribute), source: reader.oneOf(sourceAttribute, sources) };
}
