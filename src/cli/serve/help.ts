import type { FileAgeOptions } from "../../checks/file-age.ts";
import type { HttpOptions } from "../../checks/http.ts";
import type { TlsCertificateOptions } from "../../checks/tls-certificate.ts";
import { HANDLER_OPTIONS, type HandlerOptions } from "../../core/handler-options.ts";
import type { OptionShape, Shapes } from "../../options/shape.ts";

/** Descriptions for editors, one sentence each. */
export type Help<Of> = Readonly<Partial<Record<keyof Of, string>>>;

export function withHelp(shapes: Shapes, help: Readonly<Record<string, string>>): Shapes {
  return Object.fromEntries(
    Object.entries(shapes).map(([key, shape]): [string, OptionShape] => {
      const { [key]: text } = help;
      return [key, text === undefined ? shape : { ...shape, help: text }];
    }),
  );
}

export const HANDLER_HELP: Help<HandlerOptions> = {
  critical: "false: its RED counts as YELLOW in the overall state.",
  scope: 'Only "local" ones take part in liveness. Default: what fits the check.',
  timeoutMs: `RED when it takes longer. Default: ${HANDLER_OPTIONS.timeoutMs.default}.`,
  intervalMs: "Interval between runs. Default: 10000, for certificates 3600000.",
  slowAfterMs: "YELLOW if it takes longer.",
  failAfter: "Number of worse results in a row until the state gets worse. Default: 1.",
  recoverAfter: "Number of better results in a row until it gets better. Default: 1.",
  failForMs: "Minimum time of worse results before the state gets worse. Default: 0.",
  recoverForMs: "Minimum time of better results before it gets better. Default: 0.",
  dependsOn: "Names of checks whose RED explains this one's.",
  runbook: "The page that says what to do if the check is not OK.",
  description: "The purpose of the check, in one sentence.",
  tags: "Words for tools that select checks.",
  upstream: "The service that it checks, by its name in the fleet.",
};

/** The meanings of the targets, by the name of the check. */
export const TARGET_HELP: Readonly<Record<string, string>> = {
  disk: "A path on the file system.",
  dns: "The name to resolve.",
  fileAge: "The path of the file.",
  tlsCertificate: "A host. Set options.port if its port is not 443.",
};

/** An option has the same meaning in each check. */
export const CHECK_OPTION_HELP: Help<HttpOptions & FileAgeOptions & TlsCertificateOptions> = {
  warnLatencyMs: "YELLOW if it takes this long.",
  maxLatencyMs: "RED if it takes this long.",
  headers: 'Headers to send. { "env": "NAME" } takes a value from the environment.',
  expectedStatus: "The expected HTTP status codes.",
  expectedBody: "RED unless the body contains this text.",
  expectedJson:
    'RED unless the body is JSON with these values at these paths, such as "db.replicas.0.state".',
  report: "The response is another service's report.",
  upstream: "With report: the other service's name in the fleet.",
  ca: "Certificates, in PEM, to trust.",
  maxAgeMs: "RED at this age and above.",
  warnAgeMs: "YELLOW at this age and above.",
  minBytes: "RED if the file is smaller.",
};
