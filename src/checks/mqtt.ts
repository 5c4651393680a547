import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { LINE } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { measureLatency, toStatus } from "./support/measure.ts";

/** A client of MQTT.js. */
export interface MqttClient {
  readonly connected: boolean;
  unsubscribe(topic: string, callback: (error?: Error) => void): unknown;
}

/** The request. Every option is optional. */
export interface MqttOptions {
  /**
   * A topic without subscribers.
   * @default "svc-status/ping"
   */
  readonly topic?: string;
}

const OPTIONS: OptionShapes<MqttOptions> = { topic: { ...LINE, default: "svc-status/ping" } };

/**
 * Checks an MQTT broker over the application's connection, by unsubscribing from a topic to which the client
 * is not subscribed. The broker must acknowledge this. This requires no permission and stores nothing.
 *
 * OK if acknowledged. RED if the connection is lost.
 *
 * @param client A client of MQTT.js.
 * @example
 * addStatusHandler("Broker", mqtt(client));
 * @throws TypeError for an invalid client or option.
 */
export function mqtt(client: MqttClient, options: MqttOptions = {}): StatusFunction {
  expectMethods("client", client, ["unsubscribe"]);
  const { topic } = readOptions(OPTIONS, options);

  return withFailureKind(async function checkMqtt() {
    const startedAt = performance.now();
    // While offline, the client would queue the packet and send it to the broker it connects to later.
    if (!client.connected) throw new CheckError("closed", "the client is not connected");
    await new Promise<void>((resolve, reject) => {
      client.unsubscribe(topic, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    return toStatus([measureLatency(startedAt)]);
  });
}
