/**
 * The header that identifies the org's data from which an answer comes. Its value changes when a service is set up anew or
 * works on a restored table, even at the same address. It is no credential, and no route asks for it.
 */
export const dataIdHeader = "Milestreak-Data-Id";
