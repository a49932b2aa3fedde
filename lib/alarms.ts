import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Construct } from "constructs";
import { AlarmTopic } from "./alarmTopic.ts";

type AlarmProps = {
  /** What a customer or the brand notices, or will, in one sentence. */
  readonly impact: string;
  /** What to do first, in one sentence. */
  readonly firstStep: string;
  /** By the period it is judged in. */
  readonly metric: IMetric;
  /** It is breached by more than this. */
  readonly above: number;
  /** How many of the latest periods have to be breached; 1 of 1 when left out. */
  readonly breached?: { readonly periods: number; readonly of: number };
};

/**
 * The stack's alarms, which all tell one topic. An alarm's name is its heading in docs/alarms.md; a test holds the
 * two together.
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
      // Where nobody calls, nothing is wrong.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.#action);
    return alarm;
  }
}
