import { describe, expect, test } from "vitest";
import {
  CheckError,
  type FailureKind,
  toFailureDetail,
  toFailureKind,
} from "../../../src/checks/support/failure.ts";

function createError(message: string, properties: object = {}): Error {
  return Object.assign(new Error(message), properties);
}

describe("the kind of a failure", () => {
  test.each<[FailureKind, Error]>([
    ["refused", createError("connect", { code: "ECONNREFUSED" })],
    ["refused", createError("sorry, too many clients already", { code: "53300" })],
    ["unreachable", createError("connect", { code: "EHOSTUNREACH" })],
    ["DNS", createError("getaddrinfo", { code: "EAI_AGAIN" })],
    ["DNS", createError("queryA", { code: "ESERVFAIL" })],
    ["TLS", createError("expired", { code: "CERT_HAS_EXPIRED" })],
    ["TLS", createError("name", { code: "ERR_TLS_CERT_ALTNAME_INVALID" })],
    ["TLS", createError("self-signed certificate in certificate chain")],
    ["authentication", createError("password authentication failed for user", { code: "28P01" })],
    ["authentication", createError("Access denied for user 'me'@'localhost' (using password: YES)")],
    [
      "authentication",
      createError("pool failed to retrieve a connection from pool: (no: 1045) Access denied for user 'me'", {
        code: "ER_GET_CONNECTION_TIMEOUT",
      }),
    ],
    ["authentication", createError("WRONGPASS invalid username-password pair or user is disabled.")],
    ["authentication", createError("NOAUTH Authentication required.")],
    ["authentication", createError("Handshake terminated by server: 403 (ACCESS-REFUSED)")],
    ["authentication", createError("Connection refused: Not authorized", { code: 5 })],
    ["authentication", createError("'Authorization Violation'")],
    ["authentication", createError("Invalid login: 535 Authentication failed", { code: "EAUTH" })],
    ["timeout", createError("read", { code: "ETIMEDOUT" })],
    ["timeout", createError("headers", { code: "UND_ERR_HEADERS_TIMEOUT" })],
    [
      "timeout",
      createError("pool failed to retrieve a connection within timeout", {
        code: "ER_GET_CONNECTION_TIMEOUT",
      }),
    ],
    ["timeout", createError("timeout exceeded when trying to connect")],
    ["timeout", new DOMException("timed out after 5 ms", "TimeoutError")],
    ["closed", createError("read", { code: "ECONNRESET" })],
    ["closed", createError("Connection terminated unexpectedly")],
    ["closed", createError("Connection is closed.")],
    ["closed", createError("The client is closed")],
    ["closed", createError("Channel closed")],
    ["closed", createError("14 UNAVAILABLE: Connection dropped", { code: 14 })],
    ["refused", createError("14 UNAVAILABLE: Stream refused by server", { code: 14 })],
    ["DNS", createError("14 UNAVAILABLE: Name resolution failed for target dns:db:1", { code: 14 })],
    ["closed", createError("write CONNECTION_CLOSED 127.0.0.1:5432", { code: "CONNECTION_CLOSED" })],
    ["wrong answer", new CheckError("wrong answer", "password authentication")],
    ["failed", createError("something else")],
  ])("is %s: %s", (kind, error) => {
    expect(toFailureKind(error)).toBe(kind);
  });

  test("is found in what caused it, and in its parts", () => {
    const refused = createError("connect", { code: "ECONNREFUSED" });
    expect(toFailureKind(new TypeError("fetch failed", { cause: refused }))).toBe("refused");
    expect(toFailureKind(new AggregateError([refused, refused], "none"))).toBe("refused");
    expect(toFailureKind(createError("fetch failed", { cause: new AggregateError([refused], "none") }))).toBe(
      "refused",
    );
  });

  test("is taken from a code rather than from a text", () => {
    expect(toFailureKind(createError("timeout", { cause: createError("x", { code: "ECONNREFUSED" }) }))).toBe(
      "refused",
    );
  });

  test.each([
    ["undefined", undefined],
    ["null", null],
    ["a text", "ECONNREFUSED"],
    ["a code that every object has", { code: "toString" }],
    [
      "a code that cannot be read",
      Object.defineProperty({}, "code", {
        get() {
          throw new Error("no");
        },
      }),
    ],
  ])("is no more than a failure for %s", (_name, thrown) => {
    expect(toFailureKind(thrown)).toBe("failed");
  });

  test("is found in an error that causes itself", () => {
    const error = createError("odd");
    error.cause = error;
    expect(toFailureKind(error)).toBe("failed");
  });

  test("stands in front of a line without secrets", () => {
    const error = createError("connect to postgres://me:pass@db failed\nat password=x", {
      code: "ECONNRESET",
    });
    expect(toFailureDetail(error)).toBe("closed: connect to postgres://***@db failed");
  });
});
