/** The name of the variable in which a function finds its metrics' namespace; the stack sets the same constant. */
export const metricsNamespaceVariable = "METRICS_NAMESPACE";

/** The namespace of a deployed function's metrics; `undefined` where no metrics are collected, as on a laptop. */
export function readMetricsNamespace(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return environment[metricsNamespaceVariable] || undefined;
}
