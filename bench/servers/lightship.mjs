// Without checks: it only reports whether the application has signaled that it is ready.
import { createLightship } from "lightship";

export async function start() {
  const lightship = await createLightship({ detectKubernetes: false, port: 0 });
  lightship.signalReady();
  return { port: lightship.server.address().port, path: "/ready" };
}
