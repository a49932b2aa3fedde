/**
 * One call as its caller saw it. Times are any numbers that order calls and returns: what returned before another was
 * called came before it.
 */
export type RecordedCall<Call, Answer> = {
  readonly call: Call;
  readonly calledAt: number;
  /** `undefined`: the caller never learned. It may have taken effect at any time after the call, or never will. */
  readonly returned: { readonly at: number; readonly answer: Answer } | undefined;
};

/** What one object does, call by call, as if there were one caller. */
export type SequentialModel<State, Call, Answer> = {
  readonly initial: State;
  /**
   * The state after a call that was answered so, or `undefined` when nothing in this state is answered so.
   * An `undefined` answer is one that nobody saw: any will do.
   */
  readonly next: (state: State, call: Call, answer: Answer | undefined) => State | undefined;
};

/**
 * An order of the calls that explains every answer and keeps to real time, or `undefined` when there is none: the
 * history is then not linearizable. Calls without an answer are in it where they took effect, or not at all.
 *
 * The search of Wing and Gong with Lowe's memory: one set of calls that leads to one state is tried once. States are
 * compared with `===`.
 */
export function findLinearization<State, Call, Answer>(
  model: SequentialModel<State, Call, Answer>,
  history: readonly RecordedCall<Call, Answer>[],
): readonly RecordedCall<Call, Answer>[] | undefined {
  const answered = maskOf(history, ({ returned }) => returned !== undefined);
  const tried = new Map<bigint, Set<State>>();
  const search = (done: bigint, state: State): RecordedCall<Call, Answer>[] | undefined => {
    if ((done & answered) === answered) return [];
    const states = tried.get(done) ?? new Set();
    if (states.has(state)) return undefined;
    tried.set(done, states.add(state));
    for (const { index, recorded } of candidates(history, done)) {
      const next = model.next(state, recorded.call, recorded.returned?.answer);
      const rest = next === undefined ? undefined : search(done | (1n << BigInt(index)), next);
      if (rest !== undefined) return [recorded, ...rest];
    }
    return undefined;
  };
  return search(0n, model.initial);
}

/** Calls that can come next: none that is left had returned when they were made. */
function candidates<Call, Answer>(history: readonly RecordedCall<Call, Answer>[], done: bigint) {
  const left = history
    .map((recorded, index) => ({ recorded, index }))
    .filter(({ index }) => (done & (1n << BigInt(index))) === 0n);
  const firstReturn = Math.min(...left.map(({ recorded }) => recorded.returned?.at ?? Number.POSITIVE_INFINITY));
  return left.filter(({ recorded }) => recorded.calledAt < firstReturn);
}

function maskOf<Member>(members: readonly Member[], isIn: (member: Member) => boolean): bigint {
  return members.reduce((mask, member, index) => (isIn(member) ? mask | (1n << BigInt(index)) : mask), 0n);
}
