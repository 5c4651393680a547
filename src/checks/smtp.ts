import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { measureLatency, toStatus } from "./support/measure.ts";

/** A transporter of nodemailer. */
export interface SmtpTransporter {
  verify(): Promise<unknown>;
}

/**
 * Asks a mail server through the transporter that the application has: it connects, greets, logs in, and leaves. No
 * mail is sent. nodemailer makes a connection of its own for that and closes it, so ask in the background and not
 * often.
 *
 * OK when all went well. RED when it cannot be reached or refuses the login.
 *
 * @param transporter A transporter of nodemailer.
 * @example
 * addStatusHandler("Mail", smtp(transporter), { critical: false, intervalMs: 60_000 });
 * @throws TypeError for a transporter that cannot be right.
 */
export function smtp(transporter: SmtpTransporter): StatusFunction {
  expectMethods("transporter", transporter, ["verify"]);

  return withFailureKind(async function askSmtp() {
    const startedAt = performance.now();
    if ((await transporter.verify()) === false)
      throw new CheckError("wrong answer", "the server was not verified");
    return toStatus([measureLatency(startedAt)]);
  });
}
