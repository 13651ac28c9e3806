/** Small helpers around the document. No text ever becomes markup. */

/** @throws Error when the page has no such element */
export function byId(id: string): HTMLElement;
export function byId<T extends Element>(id: string, type: new () => T): T;
export function byId(id: string, type: new () => Element = HTMLElement): Element {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${type.name} '${id}'`);
  return element;
}

export function button(id: string, onClick: () => void): HTMLButtonElement {
  const element = byId(id, HTMLButtonElement);
  element.addEventListener("click", onClick);
  return element;
}

/** @param classes names, separated by spaces */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, classes = "", text = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (classes !== "") element.className = classes;
  if (text !== "") element.textContent = text;
  return element;
}

/** Touches the document only when there is something new. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
