/** Attributes to keep, because the user controls them: which rows are open, and which are filtered out. */
const OF_THE_READER: ReadonlySet<string> = new Set(["open", "hidden"]);

/**
 * Makes an element equal to another one. Equal parts stay untouched, to keep focus, selection and scrolling.
 */
export function morph(from: Element, to: Element): void {
  morphAttributes(from, to);
  if (isClosed(from)) from.replaceChildren(...to.childNodes);
  else morphChildren(from, to);
}

/** Whether it is the hidden part of a row, whose up to 100 changes all move with each new one. */
function isClosed({ className, parentNode }: Element): boolean {
  return className === "more" && parentNode instanceof HTMLDetailsElement && !parentNode.open;
}

export function keyOf(node: Node | null): string | undefined {
  return node instanceof HTMLElement ? node.dataset["key"] : undefined;
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
  for (const { name } of [...from.attributes])
    if (!OF_THE_READER.has(name) && !to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes)
    if (!OF_THE_READER.has(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
}

function morphChildren(from: Element, to: Element): void {
  const keyed = new Map([...from.childNodes].map((node) => [keyOf(node), node]));
  let cursor: ChildNode | null = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const key = keyOf(wanted);
    const present = key === undefined ? cursor : keyed.get(key);
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
    cursor.remove();
    cursor = next;
  }
}

function isAlike(one: Node, other: Node): boolean {
  return one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}

function morphNode(from: Node, to: Node): void {
  if (from instanceof Element && to instanceof Element) morph(from, to);
  else if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
}
