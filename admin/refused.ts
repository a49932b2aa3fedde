/**
 * 1: the command was refused or failed, at least for some rows. 2: the command line or an input file is invalid. 3: the
 * service cannot be reached or does not accept the credential. 130: stopped by Ctrl-C.
 */
export type FailureStatus = 1 | 2 | 3 | 130;

/** The command was not carried out completely. The message says why and what to do. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: FailureStatus;

  constructor(message: string, status: FailureStatus = 1) {
    super(message);
    this.status = status;
  }
}
