/**
 * An error that the service itself detects. Its text holds words and ids of the service only, nothing that a caller has
 * sent. So it may be logged.
 */
export class ServiceError extends Error {
  override readonly name: string = "ServiceError";
  readonly holdsNoInput = true;
}
