/**
 * Names the org's data that an answer comes from. It changes when a service is set up anew, also at the same address, and
 * proves nothing: it is no credential and no route asks for it.
 */
export const dataIdHeader = "Milestreak-Data-Id";
