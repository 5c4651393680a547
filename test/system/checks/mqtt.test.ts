import { connect as connectMqtt } from "mqtt";
import { mqtt } from "../../../src/checks/mqtt.ts";
import { describeRealServer, type RealClient } from "../../contract/real-server.ts";
import { countConnections } from "../../support/count-connections.ts";
import { startMosquitto, USER } from "../../support/servers.ts";
import { describeWithProgram } from "../../support/system.ts";

function connectWith(protocolVersion: 4 | 5) {
  return function connect(port: number, password: string): RealClient {
    const settings = { username: USER, password, protocolVersion, reconnectPeriod: 50, keepalive: 2 };
    const client = connectMqtt(`mqtt://127.0.0.1:${port}`, settings);
    client.on("error", () => {});
    return { handler: mqtt(client), close: () => client.endAsync(true) };
  };
}

describeWithProgram(["mosquitto", "mosquitto_passwd"], "mqtt, with a real Mosquitto", () => {
  describeRealServer({
    start: startMosquitto,
    clients: { "MQTT 3.1.1": connectWith(4), "MQTT 5": connectWith(5) },
    countConnections: async (port) => countConnections(port),
    wrongPassword: /^closed: the client is not connected/,
  });
});
