// Making elements without a framework: text is always text, never markup.
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Makes `parent` hold exactly these, touching only what differs, so that focus and a screen reader's place stay. */
export function hold(parent: Element, children: Element[]): void {
  children.forEach((child, index) => {
    const there = parent.children[index];
    if (there !== child) parent.insertBefore(child, there ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild?.remove();
}

export function input(label: string, properties: Partial<HTMLInputElement>): [HTMLLabelElement, HTMLInputElement] {
  const field = make("input", properties);
  return [make("label", { textContent: label }, field), field];
}
