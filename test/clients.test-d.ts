// Does not run: it compiles as long as the types of the real clients fit those of the checks.
import type { DatabaseSync } from "node:sqlite";
import type { PGlite } from "@electric-sql/pglite";
import type { Client as GrpcClient } from "@grpc/grpc-js";
import type { NatsConnection as NatsIoConnection } from "@nats-io/transport-node";
import type { ChannelModel, RecoveringChannelModel } from "amqplib";
import type BetterSqlite3 from "better-sqlite3";
import type { Redis as IoRedis } from "ioredis";
import type { Redis as IoRedis5 } from "ioredis-5";
import type * as mariadb from "mariadb";
import type Memcached from "memcached";
import type { Client as Memjs } from "memjs";
import type { MqttClient } from "mqtt";
import type { Pool as MysqlCallbackPool } from "mysql2";
import type { Connection as MysqlConnection, Pool as MysqlPool } from "mysql2/promise";
import type { Consumer, NatsConnection } from "nats";
import type { createTransport } from "nodemailer";
import type { Client as PgClient, Pool as PgPool } from "pg";
import type { Sql } from "postgres";
import type { createClient } from "redis";
import type { createClient as createClient5 } from "redis-5";
import { describe, test } from "vitest";
import { grpc } from "../src/checks/grpc.ts";
import { memcached } from "../src/checks/memcached.ts";
import { mqtt } from "../src/checks/mqtt.ts";
import { mysql } from "../src/checks/mysql.ts";
import { nats } from "../src/checks/nats.ts";
import { pool } from "../src/checks/pool.ts";
import { postgres } from "../src/checks/postgres.ts";
import { rabbitmq } from "../src/checks/rabbitmq.ts";
import { redis } from "../src/checks/redis.ts";
import { smtp } from "../src/checks/smtp.ts";
import { sqlite } from "../src/checks/sqlite.ts";

declare function client<Type>(): Type;

describe("the real clients", () => {
  test("of PostgreSQL fit", () => {
    postgres(client<PgPool>());
    postgres(client<PgClient>());
    postgres(client<Sql>());
    postgres(client<PGlite>());
  });

  test("of MySQL and MariaDB fit", () => {
    mysql(client<MysqlPool>());
    mysql(client<MysqlConnection>());
    mysql(client<MysqlCallbackPool>().promise());
    mysql(client<mariadb.Pool>());
    mysql(client<mariadb.Connection>());
    // @ts-expect-error its query() gives no promise
    mysql(client<MysqlCallbackPool>());
  });

  test("of SQLite fit", () => {
    sqlite(client<BetterSqlite3.Database>());
    sqlite(client<DatabaseSync>());
  });

  test("of Redis fit", () => {
    redis(client<IoRedis>());
    redis(client<IoRedis5>());
    redis(client<ReturnType<typeof createClient>>());
    redis(client<ReturnType<typeof createClient5>>());
  });

  test("of memcached fit", () => {
    memcached(client<Memcached>());
    memcached(client<Memjs>());
  });

  test("of message brokers fit", () => {
    rabbitmq(client<ChannelModel>());
    rabbitmq(client<RecoveringChannelModel>());
    rabbitmq(() => client<ChannelModel | undefined>());
    nats(client<NatsConnection>(), { consumer: client<Consumer>() });
    nats(client<NatsIoConnection>());
    mqtt(client<MqttClient>());
  });

  test("of gRPC and SMTP fit", () => {
    grpc(client<GrpcClient>());
    smtp(client<ReturnType<typeof createTransport>>());
  });

  test("have pools that can be asked how full they are", () => {
    const pg = client<PgPool>();
    const maria = client<mariadb.Pool>();
    pool({
      used: () => pg.totalCount - pg.idleCount,
      size: () => pg.options.max,
      waiting: () => pg.waitingCount,
    });
    pool({ used: () => maria.activeConnections(), waiting: () => maria.taskQueueSize() });
  });
});
