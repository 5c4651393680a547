import { COMMISSIONED_BODY } from "../../core/probe.ts";
import { toConnection } from "../client/connection.ts";
import { withinDeadline } from "../client/deadline.ts";
import { describeServiceUrl, parseServiceUrl } from "../client/service-url.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import { clean } from "../terminal/clean.ts";
import { changeProbe, readToken } from "./change.ts";
import type { COMMISSION } from "./definitions.ts";

/** Lets a probe answer OK again. */
export async function runCommission(invocation: Invocation<typeof COMMISSION>): Promise<ExitStatus> {
  const { operands, values, io } = invocation;
  const service = parseServiceUrl(operands[0] ?? "");
  const connection = toConnection(values);
  const token = readToken(values.token, io.env);
  await withinDeadline(values.timeout, io.signal, (signal) =>
    changeProbe({ service, body: COMMISSIONED_BODY, token, connection, signal }),
  );
  io.stdout.write(clean(`${describeServiceUrl(service)} is commissioned`).concat("\n"));
  return 0;
}
