import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { measureLatency, toStatus } from "./support/measure.ts";

/** A transporter of nodemailer. */
export interface SmtpTransporter {
  verify(): Promise<unknown>;
}

/**
 * Checks a mail server through the application's transporter: connects, greets, logs in, and quits. It sends
 * no mail. nodemailer opens a separate connection for each check and closes it, so run the check in the
 * background at a long interval.
 *
 * OK if all steps succeed. RED if the server cannot be reached or rejects the login.
 *
 * @param transporter A transporter of nodemailer.
 * @example
 * addStatusHandler("Mail", smtp(transporter), { critical: false, intervalMs: 60_000 });
 * @throws TypeError for an invalid transporter.
 */
export function smtp(transporter: SmtpTransporter): StatusFunction {
  expectMethods("transporter", transporter, ["verify"]);

  return withFailureKind(async function checkSmtp() {
    const startedAt = performance.now();
    if ((await transporter.verify()) === false)
      throw new CheckError("wrong answer", "the server was not verified");
    return toStatus([measureLatency(startedAt)]);
  });
}
