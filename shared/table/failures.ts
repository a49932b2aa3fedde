import { ServiceError } from "../domain/serviceError.ts";
/** The engine did not answer, or asked to be left alone for a while. Nothing is known to be wrong with the request. */
export class EngineUnavailable extends ServiceError {
  override readonly name = "EngineUnavailable";
  constructor(cause: Error) {
    super(`The table engine is unavailable: ${cause.name}`, { cause });
  }
}

/** The write's fate cannot be told: it was retried, and a later operation has replaced whatever it left. */
export class OutcomeUnknown extends ServiceError {
  override readonly name = "OutcomeUnknown";
  readonly isContention = true;
}

/** Other writes to the same item came in between every time. Nothing was changed. */
export class TooMuchContention extends ServiceError {
  override readonly name = "TooMuchContention";
  readonly isContention = true;
}

/**
 * What to throw when other requests came first every time. The attempts that were refused were not carried out. Nobody
 * knows the fate of those that were lost before them: they may still be on their way.
 */
export function outrun(lostAttempts: number, what: string): OutcomeUnknown | TooMuchContention {
  return lostAttempts > 0 ? new OutcomeUnknown(`${what}; an attempt was lost`) : new TooMuchContention(what);
}
