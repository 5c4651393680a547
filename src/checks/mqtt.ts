import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { measureLatency, toStatus } from "./support/measure.ts";
import { type Expectations, expectNonEmptyText, expectOptions } from "./support/options.ts";

/** A client of MQTT.js. */
export interface MqttClient {
  readonly connected: boolean;
  unsubscribe(topic: string, callback: (error?: Error) => void): unknown;
}

/** What is asked. Every option is optional. */
export interface MqttOptions {
  /**
   * A topic that nobody subscribes to.
   * @default "svc-status/ping"
   */
  readonly topic?: string;
}

const OPTIONS: Expectations<MqttOptions> = { topic: expectNonEmptyText };

/**
 * Asks an MQTT broker over the connection that the application has: it unsubscribes from a topic that it is not
 * subscribed to. The broker must acknowledge that, needs no permission for it, and keeps nothing of it.
 *
 * OK when acknowledged. RED when the connection is lost.
 *
 * @param client A client of MQTT.js.
 * @example
 * addStatusHandler("Broker", mqtt(client));
 * @throws TypeError for a client or an option that cannot be right.
 */
export function mqtt(client: MqttClient, options: MqttOptions = {}): StatusFunction {
  expectMethods("client", client, ["unsubscribe"]);
  expectOptions(options, OPTIONS);
  const { topic = "svc-status/ping" } = options;

  return withFailureKind(async function askMqtt() {
    const startedAt = performance.now();
    // Offline, the client would keep the question and send it to whom it finds later.
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
