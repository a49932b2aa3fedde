import { ServiceError } from "../domain/serviceError.ts";
import { logCrash } from "../observability/log.ts";

/**
 * Does the work of a Lambda that nobody catches errors for. What the work throws is logged without anything a caller has
 * sent, and a {@link ServiceError} of its own words is thrown in its place: the Lambda runtime writes what is thrown as it
 * is, its text, fields and causes included.
 */
export function withoutInput<Given extends unknown[], Answer>(
  work: (...given: Given) => Promise<Answer>,
): (...given: Given) => Promise<Answer> {
  return async (...given) => {
    try {
      return await work(...given);
    } catch (error) {
      logCrash(error);
      throw new ServiceError(error instanceof ServiceError ? error.message : "It was logged as failed.");
    }
  };
}
