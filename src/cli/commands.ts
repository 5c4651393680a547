import { type Commands, toCommand } from "./command.ts";
import { COMPLETION } from "./completion/definition.ts";
import { DOCTOR } from "./doctor/definition.ts";
import { FLEET } from "./fleet/definition.ts";
import { HISTORY } from "./history/definition.ts";
import { COMMISSION, DECOMMISSION } from "./probe/definitions.ts";
import { RUN } from "./run/definition.ts";
import { SERVE } from "./serve/definition.ts";
import { SHOW } from "./show/definition.ts";
import { WAIT } from "./wait/definition.ts";
import { WATCH } from "./watch/definition.ts";

/**
 * All commands. For a new one, add a line here, a definition, and a module that is loaded when it is called.
 */
export const COMMANDS: Commands = {
  show: toCommand(SHOW, async () => (await import("./show/run.ts")).runShow),
  wait: toCommand(WAIT, async () => (await import("./wait/run.ts")).runWait),
  watch: toCommand(WATCH, async () => (await import("./watch/run.ts")).runWatch),
  history: toCommand(HISTORY, async () => (await import("./history/run.ts")).runHistory),
  decommission: toCommand(
    DECOMMISSION,
    async () => (await import("./probe/decommission.ts")).runDecommission,
  ),
  commission: toCommand(COMMISSION, async () => (await import("./probe/commission.ts")).runCommission),
  serve: toCommand(SERVE, async () => (await import("./serve/run.ts")).runServe),
  run: toCommand(RUN, async () => (await import("./run/run.ts")).runCommand),
  doctor: toCommand(DOCTOR, async () => (await import("./doctor/run.ts")).runDoctor),
  fleet: toCommand(FLEET, async () => (await import("./fleet/run.ts")).runFleet),
  completion: toCommand(COMPLETION, async () => (await import("./completion/run.ts")).runCompletion),
};
