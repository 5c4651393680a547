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
  | "SASL PLAIN"
  | "PEM block"
  | "URL user-info"
  | "percent-encoded user-info"
  | "user-info with a space"
  | "user-info without a scheme"
  | "AWS signature v4"
  | "authorization"
  | "cookies"
  | "auth option"
  | "bearer token"
  | "basic credentials"
  | "credentials of other schemes"
  | "XML element"
  | "name and value"
  | "option of a command"
  | "option of a program"
  | "named secret"
  | "short name"
  | "key"
  | "percent-encoded name"
  | "SQL"
  | "AUTH command"
  | "Redis command"
  | ShapeName
  | "URL user-info with quotes";

/** All kinds of secrets that the library recognizes, in search order. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  "SASL PLAIN": SASL_PLAIN,
  "PEM block": PEM,
  "URL user-info": URL_USER_INFO,
  "percent-encoded user-info": ENCODED_USER_INFO,
  "user-info with a space": URL_USER_INFO_WITH_SPACE,
  "user-info without a scheme": USER_INFO_WITHOUT_SCHEME,
  "AWS signature v4": SIGNATURE_V4,
  authorization: AUTHORIZATION,
  cookies: COOKIES,
  "auth option": AUTH_OPTION,
  "bearer token": BEARER,
  "basic credentials": BASIC,
  "credentials of other schemes": OTHER_SCHEMES,
  "XML element": XML,
  "name and value": PAIRS,
  "option of a command": OPTIONS_OF_COMMANDS,
  "option of a program": PROGRAMS,
  "named secret": NAMED,
  "short name": SHORT_NAMED,
  key: KEYS,
  "percent-encoded name": PERCENT_ENCODED,
  SQL,
  "AUTH command": AUTH_COMMAND,
  "Redis command": REDIS_COMMANDS,
  ...SHAPES,
  "URL user-info with quotes": URL_USER_INFO_WITH_QUOTES,
};
