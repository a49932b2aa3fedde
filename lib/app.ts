import { App, type AppProps, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { MilestreakStack } from "./milestreakStack.ts";
import { readSettings } from "./settings.ts";

/** The app with its one stack. Synthesis fails on a finding that is neither fixed nor acknowledged with a reason. */
export function createApp(props?: AppProps): App {
  const app = new App(props);
  const settings = readSettings((name) => app.node.tryGetContext(name));
  new MilestreakStack(app, settings.stackName, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
