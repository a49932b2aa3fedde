/**
 * What bundles take for `@aws-sdk/lib-dynamodb`: the parts that are used, by their files. The package's own index also
 * runs code for paging. The bundler cannot leave that out, and it keeps commands that a function's role does not permit.
 */
export { NumberValueImpl as NumberValue } from "@aws-sdk/util-dynamodb";
export { DeleteCommand } from "../../node_modules/@aws-sdk/lib-dynamodb/dist-es/commands/DeleteCommand.js";
export { GetCommand } from "../../node_modules/@aws-sdk/lib-dynamodb/dist-es/commands/GetCommand.js";
export { PutCommand } from "../../node_modules/@aws-sdk/lib-dynamodb/dist-es/commands/PutCommand.js";
export { QueryCommand } from "../../node_modules/@aws-sdk/lib-dynamodb/dist-es/commands/QueryCommand.js";
export { TransactWriteCommand } from "../../node_modules/@aws-sdk/lib-dynamodb/dist-es/commands/TransactWriteCommand.js";
export { UpdateCommand } from "../../node_modules/@aws-sdk/lib-dynamodb/dist-es/commands/UpdateCommand.js";
export { DynamoDBDocumentClient } from "../../node_modules/@aws-sdk/lib-dynamodb/dist-es/DynamoDBDocumentClient.js";
