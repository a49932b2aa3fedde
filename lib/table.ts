import { RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  type ITable,
  StreamViewType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import { AnyPrincipal, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { tableNameVariable } from "../shared/config/tableConfig.ts";
import { tableDefinition } from "../shared/table/definition.ts";
import type { TableGrant } from "./tableGrants.ts";

type TableProps = {
  readonly restoredStreamArn: string | undefined;
  /** The ARN of the previous table; `undefined` for the stack's own. */
  readonly previousTable: string | undefined;
  /** Whether the stack's own table is encrypted with a KMS key of the account's own. */
  readonly hasCustomerKey: boolean;
};

/**
 * The one table. It is kept when the stack is deleted, so that no deployment deletes what customers have earned.
 *
 * When the stream of a restored table is given, the stack works on that table and leaves its own unchanged
 * (docs/restore.md). Roles then allow the previous table too, because they change before the old versions have ended.
 */
export class MilestreakTable extends Construct {
  readonly tableName: string;
  /** The ARN of the key that the account has for the table; `undefined` when DynamoDB's own is used. */
  readonly keyArn: string | undefined;
  readonly #table: Table | ITable;
  /** The tables that may be read and written: the current one, and the one that previous versions work on. */
  readonly #grantedArns: readonly string[];

  constructor(scope: Construct, id: string, { restoredStreamArn, previousTable, hasCustomerKey }: TableProps) {
    super(scope, id);
    const key = hasCustomerKey ? this.#createKey() : undefined;
    this.keyArn = key?.keyArn;
    const own = this.#createTable(key);
    this.#table = restoredStreamArn === undefined ? own : this.#restoredTable(restoredStreamArn);
    this.tableName = this.#table.tableName;
    const previousArn = previousTable ?? own.tableArn;
    this.#grantedArns = previousTable === "none" ? [this.#table.tableArn] : distinct(this.#table.tableArn, previousArn);
  }

  /**
   * Whoever may use the table may use its key, through DynamoDB only. The key's policy says so and not those of the roles,
   * because the key is there before the table needs it. Policies of roles change in no order with the table, so versions
   * would lose the table for a time when the setting changes.
   */
  #createKey(): Key {
    const { account, region, urlSuffix } = Stack.of(this);
    const key = new Key(this, "Key", {
      description: "Encrypts Milestreak's table and its backups",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ["CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*"].map(
          (action) => `kms:${action}`,
        ),
        resources: ["*"],
        conditions: {
          StringEquals: { "kms:CallerAccount": account, "kms:ViaService": `dynamodb.${region}.${urlSuffix}` },
        },
      }),
    );
    return key;
  }

  #createTable(key: Key | undefined): Table {
    return new Table(this, "Table", {
      partitionKey: { name: tableDefinition.partitionKey, type: AttributeType.STRING },
      sortKey: { name: tableDefinition.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: tableDefinition.timeToLiveAttribute,
      stream: StreamViewType[tableDefinition.streamViewType],
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The key that DynamoDB owns is free. One of the account's own is a charge, and a quota of its own.
      ...(key === undefined
        ? { encryption: TableEncryption.DEFAULT }
        : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** `arn:…:table/<name>/stream/<label>` names the table too. */
  #restoredTable(tableStreamArn: string): ITable {
    const [tableArn] = tableStreamArn.split("/stream/");
    if (tableArn === undefined) throw new Error("A stream's ARN begins with its table's");
    return Table.fromTableAttributes(this, "Restored", { tableArn, tableStreamArn });
  }

  get streamArn(): string {
    if (this.#table.tableStreamArn === undefined) throw new Error("The table has a stream");
    return this.#table.tableStreamArn;
  }

  /**
   * Allows the function to read the stream. The permission includes every change of every item, because it cannot be
   * limited to partitions. It does not include the previous table's stream. Its records would be projected into this
   * table, which does not hold their items.
   */
  grantStream(grantee: LambdaFunction): void {
    const actions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
    grantee.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [this.streamArn] }),
    );
  }

  /** Allows the function exactly what the grants say, and passes it the table's name. */
  grant(grantee: LambdaFunction, grants: readonly TableGrant[]): void {
    grantee.addEnvironment(tableNameVariable, this.tableName);
    for (const { actions, partitions } of grants) {
      grantee.addToRolePolicy(
        new PolicyStatement({
          actions: actions.map((action) => `dynamodb:${action}`),
          resources: [...this.#grantedArns],
          conditions: leadingKeys(partitions),
        }),
      );
    }
  }
}

function distinct(...values: readonly string[]): string[] {
  return [...new Set(values)];
}

/** The condition uses `ForAllValues`, because a transaction or batch presents the keys of all its items. */
function leadingKeys({ like, except }: TableGrant["partitions"]): Record<string, Record<string, unknown>> {
  const key = "dynamodb:LeadingKeys";
  const included = { "ForAllValues:StringLike": { [key]: like } };
  return except === undefined ? included : { ...included, "ForAllValues:StringNotLike": { [key]: except } };
}
