import { expect, test } from "vitest";
import { toAddressBlock } from "../../src/http/address-block.ts";

test.each<[address: string | undefined, block: string]>([
  [undefined, ""],
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:192.0.2.1", "192.0.2.1"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8::ffff:0:0:1", "2001:db8:0:0::/64"],
  ["2001:0DB8:0000:0000:1:2:3:4", "2001:db8:0:0::/64"],
  ["2001:db8:0:1::", "2001:db8:0:1::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::ffff:0:192.0.2.1", "0:0:0:0::/64"],
  ["/run/app.sock", "/run/app.sock"],
  ["a:b:c:d:e:f:a:b:c::d", "a:b:c:d::/64"],
])("%s belongs to %j", (address, block) => {
  expect(toAddressBlock(address)).toBe(block);
});
