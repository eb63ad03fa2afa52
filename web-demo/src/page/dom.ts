/** Small helpers around the document. */

type Kind<T> = abstract new (...args: never) => T;

/** The element of that id. Throws when the page lacks it: then page and script are not of one version. */
export function byId(id: string): HTMLElement;
export function byId<T extends Element>(id: string, kind: Kind<T>): T;
export function byId(id: string, kind: Kind<Element> = HTMLElement): Element {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`this page has no ${kind.name} #${id}; index.html and assets/main.js are not of one build`);
}

export const button = (id: string): HTMLButtonElement => byId(id, HTMLButtonElement);
export const select = (id: string): HTMLSelectElement => byId(id, HTMLSelectElement);
export const canvas = (id: string): HTMLCanvasElement => byId(id, HTMLCanvasElement);

/** Writes only what has changed: a live region would speak again. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** An element with attributes and children. */
export function make(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>> = {},
  text?: string,
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Disables one button and enables another; the focus goes along, so that the keyboard goes on from there. */
export function handOver(from: HTMLButtonElement, to: HTMLButtonElement): void {
  to.disabled = false;
  if (document.activeElement === from) to.focus({ preventScroll: true });
  from.disabled = true;
}

/** Fills the body of a table; the first cell of each row is its header. */
export function fillRows(table: HTMLElement, rows: readonly (readonly string[])[]): void {
  const body = table.querySelector('tbody') ?? table.appendChild(document.createElement('tbody'));
  body.replaceChildren(
    ...rows.map(([first, ...rest]) =>
      make('tr', {}, make('th', { scope: 'row' }, first ?? ''), ...rest.map((text) => make('td', {}, text))),
    ),
  );
}

/** Says in a status line what happened; `tone` colours it. */
export function say(status: HTMLElement, text: string, tone: 'plain' | 'good' | 'bad' = 'plain'): void {
  status.dataset.tone = tone;
  write(status, text);
  // Only what scrolls has to be reached by the keyboard.
  if (status.scrollHeight > status.clientHeight + 1) status.tabIndex = 0;
  else status.removeAttribute('tabindex');
}
