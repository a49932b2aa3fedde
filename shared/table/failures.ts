import { ServiceError } from "../domain/serviceError.ts";
/** The engine did not answer, or throttled the request. The request itself may be fine. */
export class EngineUnavailable extends ServiceError {
  override readonly name: string = "EngineUnavailable";
  constructor(cause: Error) {
    super(`The table engine is unavailable: ${cause.name}`, { cause });
  }
}

/** The engine throttled the request, or the read took too long. Callers can cause that. */
export class EngineBusy extends EngineUnavailable {
  override readonly name = "EngineBusy";
  readonly comesFromLoad = true;
}

/**
 * Nobody can tell whether the write took place. It was sent more than once, and a later operation has replaced the
 * state.
 */
export class OutcomeUnknown extends ServiceError {
  override readonly name = "OutcomeUnknown";
  readonly comesFromLoad = true;
}

/** Other writes to the same item came in between every time. Nothing was changed. */
export class TooMuchContention extends ServiceError {
  override readonly name = "TooMuchContention";
  readonly comesFromLoad = true;
}

/**
 * The error to throw when other requests came first every time. Refused attempts were not carried out. The outcome of
 * lost attempts is unknown, as they may still arrive.
 */
export function outrun(lostAttempts: number, what: string): OutcomeUnknown | TooMuchContention {
  return lostAttempts > 0 ? new OutcomeUnknown(`${what}; an attempt was lost`) : new TooMuchContention(what);
}
