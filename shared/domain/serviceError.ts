/**
 * An error that the service itself finds. Its text is made of words and ids of the service's own, never of what a
 * caller has sent, so that a log may hold it.
 */
export class ServiceError extends Error {
  override readonly name: string = "ServiceError";
  readonly holdsNoInput = true;
}
