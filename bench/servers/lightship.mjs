// Without checks: it tells whether the application has said that it is ready.
import { createLightship } from "lightship";

export async function start() {
  const lightship = await createLightship({ detectKubernetes: false, port: 0 });
  lightship.signalReady();
  return { port: lightship.server.address().port, path: "/ready" };
}
