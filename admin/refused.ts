/** The command was understood and not carried out; the message says why and what to do. Exit status 1. */
export class Refused extends Error {
  override readonly name = "Refused";
}
