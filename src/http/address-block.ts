import { toPlainAddress } from "./access.ts";

/**
 * The part of an address that belongs to one network customer: an IPv4 address, or the first 64 bits of an
 * IPv6 address, because customers can choose the other bits freely. All unknown addresses share one block.
 */
export function toAddressBlock(address: string | undefined): string {
  if (address === undefined) return "";
  const [bare = ""] = address.toLowerCase().split("%", 1);
  const plain = toPlainAddress(bare);
  return plain.includes(":") ? toPrefix(plain) : plain;
}

const GROUPS_OF_ADDRESS = 8;
const GROUPS_OF_BLOCK = 4;

/** `2001:db8::1` is `2001:db8:0:0:0:0:0:1` (RFC 4291, 2.2). */
function toPrefix(address: string): string {
  const [before = [], after] = address.split("::", 2).map(toGroups);
  const groups = [...before];
  if (after !== undefined) {
    const missing = GROUPS_OF_ADDRESS - before.length - after.length;
    groups.push(...Array.from({ length: Math.max(0, missing) }, () => "0"), ...after);
  }
  return `${groups.slice(0, GROUPS_OF_BLOCK).join(":")}::/64`;
}

function toGroups(part: string): string[] {
  return part === "" ? [] : part.split(":").map((group) => group.replace(/^0+(?=.)/, ""));
}
