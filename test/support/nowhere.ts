/**
 * The address of a server that is not there: connections to it are refused. The system gives out no port below 1024, so
 * that, unlike the port of a server that has stopped, no other test's server can get it. Port 1 is none that `fetch`
 * would ask.
 */
export const nowhere = "http://127.0.0.1:2";
