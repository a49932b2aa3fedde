import { Ajv } from "ajv";
import { vi } from "vitest";
import { metricsNamespaceVariable } from "../../shared/config/metricsConfig.ts";
import { emfSchema } from "./emfSchema.ts";

const isMetricLine = new Ajv().compile(emfSchema);

/** Any line that was written, parsed; a metric's is an object with `_aws`. */
export type MetricLine = Readonly<Record<string, unknown>>;

export const testNamespace = "Milestreak-test";

/**
 * What is written to the output from now on, as a deployed function would write it, as a list that grows. Throws where
 * a write is anything but one whole line of valid embedded metric format, as CloudWatch would then see no metric.
 * `vi.unstubAllEnvs` and `vi.restoreAllMocks` end it.
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
