import { hideWhole, type Kind } from "./kind.ts";

/** Tokens that are recognized by their format, whatever precedes them. */
export type ShapeName =
  | "AWS access key"
  | "GitHub token"
  | "GitLab token"
  | "Slack token"
  | "Slack, Discord or Teams webhook"
  | "Stripe key"
  | "Google key"
  | "JSON Web Token"
  | "npm or PyPI token"
  | "SendGrid, Mailgun or Twilio key"
  | "OpenAI or Anthropic key"
  | "Hugging Face or Databricks token"
  | "DigitalOcean, Shopify, Square or Atlassian token"
  | "Vault, Doppler or Grafana token"
  | "Azure client secret"
  | "Telegram bot token"
  | "NATS seed";

export const SHAPES: Readonly<Record<ShapeName, Kind>> = {
  "AWS access key": hideWhole(/\b(?:AKIA|ASIA|ABIA|ACCA|LTAI)[A-Z\d]{16}(?![A-Za-z\d])/g),
  "GitHub token": hideWhole(/\b(?:gh[pousr]_[A-Za-z\d]{20,}|github_pat_\w{20,})/g),
  "GitLab token": hideWhole(/\bgl(?:pat|ptt|dt|rt|soat|cbt|ft|imt|agent|oas)-[\w-]{16,}/g),
  "Slack token": hideWhole(/\bxox[a-z](?:\.xox[a-z])?-[\w-]{8,}|\bxapp-\d-[\w-]{8,}/g),
  "Slack, Discord or Teams webhook": hideWhole(
    /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/|webhook\.office\.com\/)[\w@/-]{8,}/g,
  ),
  "Stripe key": hideWhole(/\b(?:[rs]k_(?:live|test)_[A-Za-z\d]{10,}|whsec_[A-Za-z\d+/=]{16,})/g),
  "Google key": hideWhole(/\b(?:AIza[\w-]{35}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{16,}|1\/\/0[\w-]{24,})/g),
  "JSON Web Token": hideWhole(/(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g),
  "npm or PyPI token": hideWhole(/\b(?:npm_[A-Za-z\d]{30,}|pypi-[\w-]{32,})/g),
  "SendGrid, Mailgun or Twilio key": hideWhole(
    /\b(?:SG\.[\w-]{16,}\.[\w-]{16,}|key-[\da-f]{32}|SK[\da-f]{32})(?![\w-])/g,
  ),
  "OpenAI or Anthropic key": hideWhole(/(?<![\w-])sk-(?:(?:proj|svcacct|admin|ant)-)?[\w*-]{20,}/g),
  "Hugging Face or Databricks token": hideWhole(/\b(?:hf_[A-Za-z]{30,}|dapi[\da-f]{32})/g),
  "DigitalOcean, Shopify, Square or Atlassian token": hideWhole(
    /\b(?:do[opr]_v1_[\da-f]{32,}|shp(?:at|ca|pa|ss)_[\da-fA-F]{32}|sq0[a-z]{3}-[\w-]{20,}|ATATT3[\w=-]{20,})/g,
  ),
  "Vault, Doppler or Grafana token": hideWhole(
    /\b(?:hv[sbr]\.[\w-]{20,}|dp\.[a-z]{2,5}\.[\w.-]{20,}|gl(?:sa|c)_[\w=+/-]{20,})/g,
  ),
  "Azure client secret": hideWhole(/(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g),
  "Telegram bot token": hideWhole(/(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])/g),
  "NATS seed": hideWhole(/\bS[ACNOUX][A-Z2-7]{56}\b/g),
};
