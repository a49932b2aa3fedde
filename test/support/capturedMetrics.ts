import { Ajv } from "ajv";
import { vi } from "vitest";
import { metricsNamespaceVariable } from "../../shared/config/metricsConfig.ts";
import { emfSchema } from "./emfSchema.ts";

const isMetricLine = new Ajv().compile(emfSchema);

/** A line that was written, parsed. The line of a metric is an object with `_aws`. */
export type MetricLine = Readonly<Record<string, unknown>>;

export const testNamespace = "Milestreak-test";

/**
 * Answers a list that grows with each line that is written to the output from now on, as a deployed function writes it.
 * A write throws unless it is one whole line of valid embedded metric format, because CloudWatch would find no metric
 * in it. `vi.unstubAllEnvs` and `vi.restoreAllMocks` end it.
 */
export function captureMetrics(namespace = testNamespace): MetricLine[] {
  const lines: MetricLine[] = [];
  vi.stubEnv(metricsNamespaceVariable, namespace);
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    const text = String(chunk);
    if (text.indexOf("\n") !== text.length - 1) throw new Error(`Not one line: ${text}`);
    const line: MetricLine = JSON.parse(text);
    if (!isMetricLine(line)) throw new Error(`Not a metric: ${text} ${JSON.stringify(isMetricLine.errors)}`);
    lines.push(line);
    return true;
  });
  return lines;
}
