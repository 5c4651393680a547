import { readFileSync } from "node:fs";
import type { Credentials } from "./prometheus.ts";

/** The sources of the credentials. Files are read before each query, because tokens may change while a program runs. */
export interface CredentialSources {
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** `user:password` */
  readonly basic?: string | undefined;
  readonly basicFile?: string | undefined;
  readonly tls?: TlsFiles;
}

/** PEM files. */
export interface TlsFiles {
  /** Trusted certificates, in place of Node's own. */
  readonly ca?: string | undefined;
  /** The client's certificate, for mutual TLS. */
  readonly cert?: string | undefined;
  /** Its private key. */
  readonly key?: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Credentials in the options take precedence over the environment. */
export function readCredentials(sources: CredentialSources, env: Environment): Credentials {
  const { token, basic } = findSecrets(sources, env);
  const authorization =
    token !== undefined
      ? `Bearer ${token}`
      : basic !== undefined
        ? `Basic ${Buffer.from(basic).toString("base64")}`
        : undefined;
  const files = Object.entries(sources.tls ?? {}).flatMap(([name, file]) =>
    file === undefined ? [] : [[name, readFileSync(file, "utf8")]],
  );
  return { ...(authorization !== undefined && { authorization }), ...Object.fromEntries(files) };
}

type Secrets = Readonly<Partial<Record<"token" | "basic", string | undefined>>>;

function findSecrets(sources: CredentialSources, env: Environment): Secrets {
  const token = sources.token ?? readLine(sources.tokenFile);
  const basic = sources.basic ?? readLine(sources.basicFile);
  if (token !== undefined || basic !== undefined) return { token, basic };
  return { token: env["SVC_STATUS_PROMETHEUS_TOKEN"], basic: env["SVC_STATUS_PROMETHEUS_BASIC"] };
}

function readLine(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, "utf8").trim();
}
