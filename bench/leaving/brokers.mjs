// The brokers of the workers, one for all libraries.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createPlace, findPorts } from "./programs.mjs";

/** Debian's `nobody`: RabbitMQ refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Each: what must be installed, and how it starts in a place. Resolves with what its clients connect to. */
export const BROKERS = {
  bullmq: { programs: ["redis-server"], start: startRedis },
  amqp: { programs: ["rabbitmq-server", "epmd"], start: startRabbitmq },
};

/** Resolves with the connection and how to close it. */
export async function startBroker(name) {
  const place = await createPlace(process.getuid?.() === 0 ? NOBODY : {});
  try {
    return { connection: await BROKERS[name].start(place), close: place.close };
  } catch (error) {
    await place.close();
    throw error;
  }
}

async function startRedis(place) {
  const [port] = await findPorts(1);
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", place.folder, "--save", ""];
  await place.start("redis-server", args, { port });
  return { host: "127.0.0.1", port };
}

async function startRabbitmq(place) {
  const { folder, start } = place;
  const [port, namesPort, clusterPort] = await findPorts(3);
  const config = join(folder, "rabbitmq.conf");
  await writeFile(config, `listeners.tcp.1 = 127.0.0.1:${port}\nlog.console = false\n`);
  await writeFile(join(folder, "enabled_plugins"), "[].\n");
  await start("epmd", ["-port", String(namesPort), "-address", "127.0.0.1"], { port: namesPort });
  await start("rabbitmq-server", [], {
    port,
    env: {
      ERL_EPMD_PORT: String(namesPort),
      RABBITMQ_DIST_PORT: String(clusterPort),
      RABBITMQ_NODENAME: `bench${port}@localhost`,
      RABBITMQ_CONFIG_FILE: config,
      RABBITMQ_CONF_ENV_FILE: join(folder, "none"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
      RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
      RABBITMQ_LOG_BASE: join(folder, "log"),
      RABBITMQ_PID_FILE: join(folder, "pid"),
    },
  });
  return { hostname: "127.0.0.1", port };
}
