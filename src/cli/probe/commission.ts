import { COMMISSIONED_BODY } from "../../core/probe-setting.ts";
import { toConnection } from "../client/connection.ts";
import { withinDeadline } from "../client/deadline.ts";
import { parseServiceUrl } from "../client/service-url.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import { clean } from "../terminal/clean.ts";
import { changeProbe, describeChanged, readToken } from "./change.ts";
import { expectCommissioned } from "./check.ts";
import type { COMMISSION } from "./definitions.ts";

/** Makes a probe answer OK again, and reports success only if it does. */
export async function runCommission(invocation: Invocation<typeof COMMISSION>): Promise<ExitStatus> {
  const { operands, values, io } = invocation;
  const { instance } = values;
  const service = parseServiceUrl(operands[0] ?? "");
  const connection = toConnection(values, [service]);
  const token = readToken(values.token, io.env, service);
  const where = await withinDeadline(values.timeout, io.signal, async (signal) => {
    const changed = await changeProbe({ service, token, instance, connection, signal }, COMMISSIONED_BODY);
    await expectCommissioned(changed);
    return describeChanged(changed);
  });
  io.stdout.write(clean(`${where} is commissioned`).concat("\n"));
  return 0;
}
