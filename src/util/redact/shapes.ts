import { hideWhole, type Kind } from "./kind.ts";

/** Tokens that are recognized by their format, whatever precedes them. */
export type ShapeName =
  | "AWS"
  | "GITHUB"
  | "GITLAB"
  | "SLACK"
  | "WEBHOOKS"
  | "STRIPE"
  | "GOOGLE"
  | "JWT"
  | "REGISTRIES"
  | "MAIL"
  | "AI"
  | "DATA"
  | "HOSTED"
  | "VAULTS"
  | "AZURE"
  | "TELEGRAM"
  | "NATS";

const FORMATS: Readonly<Record<ShapeName, RegExp>> = {
  // access key
  AWS: /\b(?:AKIA|ASIA|ABIA|ACCA|LTAI)[A-Z\d]{16}(?![A-Za-z\d])/g,
  GITHUB: /\b(?:gh[pousr]_[A-Za-z\d]{20,}|github_pat_\w{20,})/g,
  GITLAB: /\bgl(?:pat|ptt|dt|rt|soat|cbt|ft|imt|agent|oas)-[\w-]{16,}/g,
  SLACK: /\bxox[a-z](?:\.xox[a-z])?-[\w-]{8,}|\bxapp-\d-[\w-]{8,}/g,
  // Slack, Discord, Teams
  WEBHOOKS:
    /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/|webhook\.office\.com\/)[\w@/-]{8,}/g,
  STRIPE: /\b(?:[rs]k_(?:live|test)_[A-Za-z\d]{10,}|whsec_[A-Za-z\d+/=]{16,})/g,
  GOOGLE: /\b(?:AIza[\w-]{35}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{16,}|1\/\/0[\w-]{24,})/g,
  // JSON Web Token
  JWT: /(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g,
  // npm, PyPI
  REGISTRIES: /\b(?:npm_[A-Za-z\d]{30,}|pypi-[\w-]{32,})/g,
  // SendGrid, Mailgun, Twilio
  MAIL: /\b(?:SG\.[\w-]{16,}\.[\w-]{16,}|key-[\da-f]{32}|SK[\da-f]{32})(?![\w-])/g,
  // OpenAI, Anthropic
  AI: /(?<![\w-])sk-(?:(?:proj|svcacct|admin|ant)-)?[\w*-]{20,}/g,
  // Hugging Face, Databricks
  DATA: /\b(?:hf_[A-Za-z]{30,}|dapi[\da-f]{32})/g,
  // DigitalOcean, Shopify, Square, Atlassian
  HOSTED:
    /\b(?:do[opr]_v1_[\da-f]{32,}|shp(?:at|ca|pa|ss)_[\da-fA-F]{32}|sq0[a-z]{3}-[\w-]{20,}|ATATT3[\w=-]{20,})/g,
  // Vault, Doppler, Grafana
  VAULTS: /\b(?:hv[sbr]\.[\w-]{20,}|dp\.[a-z]{2,5}\.[\w.-]{20,}|gl(?:sa|c)_[\w=+/-]{20,})/g,
  // client secret
  AZURE: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g,
  // bot token
  TELEGRAM: /(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])/g,
  // seed
  NATS: /\bS[ACNOUX][A-Z2-7]{56}\b/g,
};

export const SHAPES: Readonly<Record<ShapeName, Kind>> = Object.fromEntries(
  Object.entries(FORMATS).map(([name, pattern]) => [name, hideWhole(pattern)]),
) as Readonly<Record<ShapeName, Kind>>;
