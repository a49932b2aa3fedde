/**
 * One call as its caller saw it. Times are numbers that order calls and returns. A call that returned before another
 * was made came before it.
 */
export type RecordedCall<Call, Answer> = {
  readonly call: Call;
  readonly calledAt: number;
  /**
   * `undefined`: the caller never learned the answer. The call may take effect at any time after it was made, or never.
   */
  readonly returned: { readonly at: number; readonly answer: Answer } | undefined;
};

/** The behaviour of one object when there is only one caller. */
export type SequentialModel<State, Call, Answer> = {
  readonly initial: State;
  /**
   * The state after the call was given this answer, or `undefined` when this state cannot give it. The answer is
   * `undefined` when nobody saw it. Then any answer fits.
   */
  readonly next: (state: State, call: Call, answer: Answer | undefined) => State | undefined;
};

/**
 * An order of the calls that explains every answer and keeps to real time. It is `undefined` when there is none; the
 * history is then not linearizable. A call without an answer stands where it took effect, or is left out.
 *
 * The search is that of Wing and Gong with Lowe's memory. It tries each pair of a set of calls and the state they lead
 * to once, and compares states with `===`.
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

/** The calls that can come next. When they were made, none of the calls that are left had returned. */
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
