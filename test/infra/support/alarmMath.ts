import { at } from "./synthesize.ts";

/** The values of a metric, one for each of an alarm's periods. A period without a value is `undefined`. */
export type Series = readonly (number | undefined)[];

/**
 * The two readings of FILL for a metric that has no value at all. AWS documents only how gaps are filled. An alarm must
 * do its work under either reading.
 */
export type EmptySeries = "are filled" | "stay empty";

type Value = number | Series | readonly Series[];
type Properties = Readonly<Record<string, unknown>>;

/** The values by which an alarm is judged, one for each period, when its metrics have these values. */
export function datapoints(alarm: Properties, seriesOf: (metric: unknown) => Series, empty: EmptySeries): Series {
  if (!Array.isArray(alarm["Metrics"])) return seriesOf(alarm);
  const queries = new Map(alarm["Metrics"].map((query) => [String(at(query, "Id")), query]));
  const valueOf = (id: string): Series => {
    const query = queries.get(id);
    if (query === undefined) throw new Error(`The alarm has no metric ${id}`);
    const expression = at(query, "Expression");
    if (typeof expression !== "string") return seriesOf(at(query, "MetricStat", "Metric"));
    return asSeries(new Expression(expression, valueOf, empty).value());
  };
  const judged = alarm["Metrics"].find((query) => at(query, "ReturnData") !== false);
  return valueOf(String(at(judged, "Id")));
}

/**
 * Whether the alarm is on in any of the periods. All alarms are set to take a missing value as within the threshold.
 */
export function goesOff(alarm: Properties, seriesOf: (metric: unknown) => Series, empty: EmptySeries): boolean {
  const isBreached = datapoints(alarm, seriesOf, empty).map((value) => (value ?? 0) > Number(alarm["Threshold"]));
  const { EvaluationPeriods: evaluated, DatapointsToAlarm: needed = evaluated } = alarm;
  return isBreached.some((_, index) => {
    const latest = isBreached.slice(Math.max(0, index + 1 - Number(evaluated)), index + 1);
    return latest.filter(Boolean).length >= Number(needed);
  });
}

/** The part of CloudWatch's metric math that the stack uses, written from AWS's documentation. */
class Expression {
  readonly #tokens: string[];
  readonly #seriesOf: (id: string) => Series;
  readonly #empty: EmptySeries;

  constructor(text: string, seriesOf: (id: string) => Series, empty: EmptySeries) {
    this.#tokens = text.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|\S/g) ?? [];
    this.#seriesOf = seriesOf;
    this.#empty = empty;
  }

  value(): Value {
    const value = this.#comparison();
    if (this.#tokens.length > 0) throw new Error(`Not understood: ${this.#tokens.join(" ")}`);
    return value;
  }

  #comparison(): Value {
    const left = this.#sum();
    if (!this.#takes(">")) return left;
    return this.#combined(left, this.#sum(), (a, b) => Number(a > b));
  }

  #sum(): Value {
    let value = this.#product();
    for (;;) {
      if (this.#takes("+")) value = this.#combined(value, this.#product(), (a, b) => a + b);
      else if (this.#takes("-")) value = this.#combined(value, this.#product(), (a, b) => a - b);
      else return value;
    }
  }

  #product(): Value {
    let value = this.#operand();
    while (this.#takes("*")) value = this.#combined(value, this.#operand(), (a, b) => a * b);
    return value;
  }

  #operand(): Value {
    const token = this.#tokens.shift() ?? "";
    if (/^\d/.test(token)) return Number(token);
    if (token === "-") return this.#combined(0, this.#operand(), (a, b) => a - b);
    if (token === "[") return this.#list("]").map(asSeries);
    if (token === "(") return this.#list(")")[0] ?? Number.NaN;
    if (this.#takes("(")) return this.#called(token, this.#list(")"));
    return this.#seriesOf(token);
  }

  /** Whether this is the next token. If it is, it is used up. */
  #takes(token: string): boolean {
    const isNext = this.#tokens[0] === token;
    if (isNext) this.#tokens.shift();
    return isNext;
  }

  #list(end: string): Value[] {
    const values: Value[] = [];
    do values.push(this.#comparison());
    while (this.#takes(","));
    if (!this.#takes(end)) throw new Error(`${end} is missing before ${this.#tokens.join(" ")}`);
    return values;
  }

  #called(name: string, [first = Number.NaN, second, third]: Value[]): Value {
    switch (name) {
      case "FILL":
        return this.#filled(asSeries(first), asNumber(second));
      case "SUM":
        return eachPeriod(asArray(first), (values) => values.reduce((sum, value) => sum + value, 0));
      case "MAX":
        return eachPeriod(asArray(first), (values) => Math.max(...values));
      case "IF": {
        const [chosen, other] = [second, third].map((value) => (index: number) => atPeriod(value, index) ?? 0);
        return asSeries(first).map((is, index) => (is === undefined ? is : (is === 0 ? other : chosen)?.(index)));
      }
      default:
        throw new Error(`${name} is not understood`);
    }
  }

  #filled(series: Series, by: number): Series {
    const isEmpty = series.every((value) => value === undefined);
    return isEmpty && this.#empty === "stay empty" ? series : series.map((value) => value ?? by);
  }

  /**
   * Combines two values. A missing value counts as 0 beside one that is there, except perhaps in a series that has no
   * value at all.
   */
  #combined(left: Value, right: Value, combine: (a: number, b: number) => number): Value {
    if (typeof left === "number" && typeof right === "number") return combine(left, right);
    const series = [left, right].filter((value) => typeof value !== "number").map(asSeries);
    const isSpoilt = this.#empty === "stay empty" && series.some((each) => each.every((value) => value === undefined));
    return asSeries(series[0]).map((_, index) => {
      const isMissing = series.every((each) => each[index] === undefined);
      return isSpoilt || isMissing ? undefined : combine(atPeriod(left, index) ?? 0, atPeriod(right, index) ?? 0);
    });
  }
}

/**
 * Combines the series period by period. A series without a value is left out, as in AWS's examples of SUM(METRICS()).
 */
function eachPeriod(array: readonly Series[], combine: (values: number[]) => number): Series {
  return asSeries(array[0]).map((_, index) => {
    const values = array.map((series) => series[index]).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : combine(values);
  });
}

function atPeriod(value: Value | undefined, index: number): number | undefined {
  return typeof value === "number" ? value : asSeries(value)[index];
}

function asNumber(value: Value | undefined): number {
  if (typeof value !== "number") throw new Error("A number is expected");
  return value;
}

function asSeries(value: Value | undefined): Series {
  if (value === undefined || typeof value === "number") throw new Error("A series is expected");
  return value.map((each) => {
    if (typeof each === "object") throw new Error("One series is expected");
    return each;
  });
}

function asArray(value: Value): readonly Series[] {
  if (typeof value === "number") throw new Error("An array of series is expected");
  return value.map((each) => {
    if (typeof each !== "object") throw new Error("SUM or MAX of one series is a number, by all that was fetched");
    return each;
  });
}
