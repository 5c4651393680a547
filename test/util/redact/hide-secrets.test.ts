import { describe, expect, test } from "vitest";
import { describeError, MAX_MESSAGE_LENGTH } from "../../../src/util/describe-error.ts";
import { hideSecrets } from "../../../src/util/redact/hide-secrets.ts";
import { HARMLESS_MESSAGES } from "./harmless-messages.ts";
import { MESSAGES_WITH_SECRETS } from "./messages-with-secrets.ts";

describe("a message with a secret", () => {
  test.each(MESSAGES_WITH_SECRETS)("loses it: %s", (_source, message, secret) => {
    expect(message).toContain(secret);
    const shown = describeError(new Error(message));
    expect(shown).not.toContain(secret);
    expect(shown).toContain("***");
  });
});

describe("a message without a secret", () => {
  test.each(HARMLESS_MESSAGES)("stays as it is: %s", (message) => {
    expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH);
    expect(describeError(new Error(message))).toBe(message);
  });
});

test("what was hidden once stays as it is", () => {
  for (const [, message] of MESSAGES_WITH_SECRETS) {
    const once = hideSecrets(message);
    expect(hideSecrets(once)).toBe(once);
  }
});
