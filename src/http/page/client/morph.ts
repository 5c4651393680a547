/** Attributes to keep, because the user controls them: which rows are open, and which are filtered out. */
const OF_THE_READER: ReadonlySet<string> = new Set(["open", "hidden"]);

/**
 * Makes an element equal to another one. Equal parts stay untouched, to keep focus, selection and scrolling.
 */
export function morph(from: Element, to: Element): void {
  morphAttributes(from, to);
  if (to instanceof HTMLOListElement && "count" in to.dataset)
    addLines(from, to, Number(to.dataset["count"]));
  else morphChildren(from, to);
}

/** The lines are new, and come first. Of the known lines, as many stay as have room. A reloaded page has all lines. */
function addLines(from: Element, to: Element, count: number): void {
  if (from.childElementCount === count && from.textContent === to.textContent) return;
  from.prepend(...to.childNodes);
  while (from.childElementCount > count) from.lastElementChild?.remove();
}

export function keyOf(node: Node | null): string | undefined {
  return node instanceof HTMLElement ? (node.getAttribute("data-key") ?? undefined) : undefined;
}

/** Moves a node, and keeps the state that the browser holds for it if the browser supports that. */
export function move(parent: Element, node: Node, before: Node | null): void {
  if (node.parentNode === parent && "moveBefore" in parent) {
    (parent as Element & { moveBefore(node: Node, before: Node | null): void }).moveBefore(node, before);
    return;
  }
  const focused = document.activeElement;
  parent.insertBefore(node, before);
  if (focused instanceof HTMLElement && node.contains(focused)) focused.focus({ preventScroll: true });
}

function morphAttributes(from: Element, to: Element): void {
  let count = 0;
  for (const { name, value } of to.attributes) {
    if (OF_THE_READER.has(name)) continue;
    count += 1;
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  if (from.attributes.length === count) return;
  for (const name of from.getAttributeNames())
    if (!OF_THE_READER.has(name) && !to.hasAttribute(name)) from.removeAttribute(name);
}

function morphChildren(from: Element, to: Element): void {
  let keyed: ReadonlyMap<string | undefined, ChildNode> | undefined;
  let cursor: ChildNode | null = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const key = keyOf(wanted);
    if (key !== undefined) keyed ??= new Map(Array.from(from.childNodes, (node) => [keyOf(node), node]));
    const present = key === undefined ? cursor : keyed?.get(key);
    if (!present || !isAlike(present, wanted)) {
      from.insertBefore(wanted, cursor);
      continue;
    }
    if (present === cursor) cursor = cursor.nextSibling;
    else move(from, present, cursor);
    morphNode(present, wanted);
  }
  while (cursor) {
    const next: ChildNode | null = cursor.nextSibling;
    // The answer to a click stays until the user has read it.
    if (!(cursor instanceof Element && cursor.getAttribute("role") === "alert")) cursor.remove();
    cursor = next;
  }
}

function isAlike(one: Node, other: Node): boolean {
  return one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}

/** Most of a changed row is equal, which the browser finds out faster. */
function morphNode(from: Node, to: Node): void {
  if (from.isEqualNode(to)) return;
  if (from instanceof Element && to instanceof Element) morph(from, to);
  else if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
}
