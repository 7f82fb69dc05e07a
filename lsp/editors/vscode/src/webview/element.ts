// Elements of the page, made without markup in strings.

export type Child = Node | string | false | null | undefined;

export function element(name: string, attributes: Record<string, string>, ...children: Child[]): HTMLElement {
  const out = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    out.setAttribute(key, value);
  }
  out.append(...children.filter((c): c is Node | string => c instanceof Node || (typeof c === 'string' && c !== '')));
  return out;
}

export function button(attributes: Record<string, string>, pressed: () => void, ...children: Child[]): HTMLElement {
  const out = element('button', { type: 'button', ...attributes }, ...children);
  out.addEventListener('click', pressed);
  return out;
}

/** A cell with a figure. */
export function figure(value: string): HTMLElement {
  return element('td', { class: 'number' }, value);
}
