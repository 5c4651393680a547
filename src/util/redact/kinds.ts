import {
  AUTH_COMMAND,
  OPTIONS_OF_COMMANDS,
  PAIRS,
  PERCENT_ENCODED,
  PROGRAMS,
  REDIS_COMMANDS,
  SASL_PLAIN,
  SQL,
  XML,
} from "./commands.ts";
import {
  AUTH_OPTION,
  AUTHORIZATION,
  BASIC,
  BEARER,
  COOKIES,
  OTHER_SCHEMES,
  PEM,
  SIGNATURE_V4,
} from "./headers.ts";
import type { Kind } from "./kind.ts";
import { KEYS, NAMED, SHORT_NAMED } from "./names.ts";
import { SHAPES, type ShapeName } from "./shapes.ts";
import {
  ENCODED_USER_INFO,
  URL_USER_INFO,
  URL_USER_INFO_WITH_QUOTES,
  URL_USER_INFO_WITH_SPACE,
  USER_INFO_WITHOUT_SCHEME,
} from "./urls.ts";

export type KindName =
  | "SASL_PLAIN"
  | "PEM"
  | "URL_USER_INFO"
  | "ENCODED_USER_INFO"
  | "URL_USER_INFO_WITH_SPACE"
  | "USER_INFO_WITHOUT_SCHEME"
  | "SIGNATURE_V4"
  | "AUTHORIZATION"
  | "COOKIES"
  | "AUTH_OPTION"
  | "BEARER"
  | "BASIC"
  | "OTHER_SCHEMES"
  | "XML"
  | "PAIRS"
  | "OPTIONS_OF_COMMANDS"
  | "PROGRAMS"
  | "NAMED"
  | "SHORT_NAMED"
  | "KEYS"
  | "PERCENT_ENCODED"
  | "SQL"
  | "AUTH_COMMAND"
  | "REDIS_COMMANDS"
  | ShapeName
  | "URL_USER_INFO_WITH_QUOTES";

/** All kinds of secrets that the library recognizes, in search order. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  SASL_PLAIN,
  PEM,
  URL_USER_INFO,
  ENCODED_USER_INFO,
  URL_USER_INFO_WITH_SPACE,
  USER_INFO_WITHOUT_SCHEME,
  SIGNATURE_V4,
  AUTHORIZATION,
  COOKIES,
  AUTH_OPTION,
  BEARER,
  BASIC,
  OTHER_SCHEMES,
  XML,
  PAIRS,
  OPTIONS_OF_COMMANDS,
  PROGRAMS,
  NAMED,
  SHORT_NAMED,
  KEYS,
  PERCENT_ENCODED,
  SQL,
  AUTH_COMMAND,
  REDIS_COMMANDS,
  ...SHAPES,
  URL_USER_INFO_WITH_QUOTES,
};
