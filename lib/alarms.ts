import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Construct } from "constructs";
import { AlarmTopic } from "./alarmTopic.ts";

type AlarmProps = {
  /** What a customer or the brand notices, now or later, in one sentence. */
  readonly impact: string;
  /** What to do first, in one sentence. */
  readonly firstStep: string;
  /** The metric, with the period in which it is judged. */
  readonly metric: IMetric;
  /** The alarm's threshold is breached above this value. */
  readonly above: number;
  /** How many of the latest periods must breach it; 1 of 1 by default. */
  readonly breached?: { readonly periods: number; readonly of: number };
};

/**
 * The stack's alarms, which all notify one topic. An alarm's name is its heading in docs/alarms.md, which a test
 * checks.
 */
export class Alarms extends Construct {
  readonly topicArn: string;
  readonly #action: SnsAction;

  constructor(scope: Construct, id: string, { email }: { readonly email: string | undefined }) {
    super(scope, id);
    const { topic } = new AlarmTopic(this, "Topic", { email });
    this.#action = new SnsAction(topic);
    this.topicArn = topic.topicArn;
  }

  get all(): readonly Alarm[] {
    return this.node.children.filter((child) => child instanceof Alarm);
  }

  add(name: string, { impact, firstStep, metric, above, breached = { periods: 1, of: 1 } }: AlarmProps): Alarm {
    const alarm = new Alarm(this, name, {
      alarmDescription: `${impact} ${firstStep} See docs/alarms.md#${name.toLowerCase()}`,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm: breached.periods,
      evaluationPeriods: breached.of,
      // Without calls there is no data, and that is no failure.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.#action);
    return alarm;
  }
}
