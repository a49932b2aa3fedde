const text = (maxLength: number) => ({ type: "string", minLength: 1, maxLength });

/**
 * CloudWatch's published schema of its embedded metric format, without titles and examples:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const emfSchema = {
  type: "object",
  required: ["_aws"],
  properties: {
    _aws: {
      type: "object",
      required: ["Timestamp", "CloudWatchMetrics"],
      properties: {
        Timestamp: { type: "integer" },
        CloudWatchMetrics: {
          type: "array",
          items: {
            type: "object",
            required: ["Namespace", "Dimensions", "Metrics"],
            properties: {
              Namespace: text(1024),
              Dimensions: {
                type: "array",
                minItems: 1,
                items: { type: "array", minItems: 0, maxItems: 30, items: text(250) },
              },
              Metrics: {
                type: "array",
                items: {
                  type: "object",
                  required: ["Name"],
                  properties: {
                    Name: text(1024),
                    Unit: {
                      type: "string",
                      pattern:
                        "^(Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None)$",
                    },
                    StorageResolution: { type: "integer" },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
} as const;
