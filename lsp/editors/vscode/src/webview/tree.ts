// The derivation as a tree: arrow keys walk it, Enter or a click goes to the place that a node comes from.
//
// What the reader unfolded stays so when the rule is evaluated again: a node is known by the identifiers from the root to it.

import type { Location, Node as Derived } from '../answers';
import { element } from './element';

/** Nodes above this depth are unfolded at first. */
const UNFOLDED = 2;

interface Item {
  path: string;
  node: Derived;
  row: HTMLElement;
  group: HTMLElement | undefined;
  parent: Item | undefined;
  open: boolean;
}

export class Tree {
  private readonly choices: Map<string, boolean>;
  private items: Item[] = [];
  private current = '';

  /** `folded` is told when the reader folds or unfolds; `before` is what the reader chose before. */
  constructor(
    private readonly go: (at: Location) => void,
    private readonly folded: () => void,
    before: [string, boolean][] = [],
  ) {
    this.choices = new Map(before);
  }

  /** What the reader folded and unfolded. */
  folds(): [string, boolean][] {
    return [...this.choices];
  }

  build(root: Derived, label: string): HTMLElement {
    this.items = [];
    const list = element('ul', { role: 'tree', class: 'tree', 'aria-label': label });
    list.append(this.item(root, '', 0, undefined));
    list.addEventListener('keydown', (e) => this.key(e));
    const at = this.items.find((i) => i.path === this.current) ?? this.items[0];
    at?.row.setAttribute('tabindex', '0');
    return list;
  }

  /** Unfolds what leads to the first node of this name and shows it; false if there is none. */
  reveal(name: string): boolean {
    const found = this.items.find((i) => last(i.node.id) === name);
    for (let above = found?.parent; above; above = above.parent) {
      this.fold(above, true);
    }
    if (found) {
      this.fold(found, true);
      this.focus(found);
      found.row.scrollIntoView({ block: 'center' });
    }
    return found !== undefined;
  }

  private item(node: Derived, above: string, depth: number, parent: Item | undefined): HTMLElement {
    const path = `${above}/${node.id}`;
    const inner = node.children.length > 0 || node.details.length > 0;
    const open = inner && (this.choices.get(path) ?? depth < UNFOLDED);
    const row = element('div', {
      id: `node ${path}`,
      class: `row ${node.kind}`,
      role: 'treeitem',
      'aria-level': String(depth + 1),
      tabindex: '-1',
    });
    const item: Item = { path, node, row, group: undefined, parent, open };
    this.items.push(item);
    const twist = element('span', { class: inner ? 'twist' : 'twist none', 'aria-hidden': 'true' });
    const value = node.value && element('span', { class: 'value' }, node.value);
    row.append(
      twist,
      element(
        'span',
        { class: 'said' },
        node.clause ? element('span', { class: 'clause' }, `§${node.clause}`) : '',
        element('span', { class: 'title' }, node.title),
        node.source ? element('span', { class: 'source' }, node.source) : '',
        ...(node.notes ?? []).map((n) => element('span', { class: 'hint' }, n)),
      ),
      value || '',
    );
    if (node.location) {
      row.classList.add('placed');
    }
    twist.addEventListener('click', (e) => {
      e.stopPropagation();
      this.fold(item, !item.open);
      this.focus(item);
    });
    row.addEventListener('click', () => this.chosen(item));
    const out = element('li', { role: 'none' }, row);
    if (inner) {
      const details = node.details.map((d) => element('li', { role: 'none', class: 'detail' }, d));
      const children = node.children.map((c) => this.item(c, path, depth + 1, item));
      item.group = element('ul', { role: 'group' }, ...details, ...children);
      out.append(item.group);
      this.show(item);
    }
    return out;
  }

  private chosen(item: Item): void {
    this.focus(item);
    if (item.node.location) {
      this.go(item.node.location);
    } else {
      this.fold(item, !item.open);
    }
  }

  private fold(item: Item, open: boolean): void {
    if (item.group) {
      item.open = open;
      this.choices.set(item.path, open);
      this.show(item);
      this.folded();
    }
  }

  private show(item: Item): void {
    item.row.setAttribute('aria-expanded', String(item.open));
    if (item.group) {
      item.group.hidden = !item.open;
    }
  }

  private focus(item: Item): void {
    this.items.forEach((i) => i.row.setAttribute('tabindex', i === item ? '0' : '-1'));
    this.current = item.path;
    item.row.focus();
  }

  private key(e: KeyboardEvent): void {
    const visible = this.items.filter((i) => i.row.offsetParent !== null);
    const at = visible.findIndex((i) => i.row === document.activeElement);
    const item = visible[at];
    if (!item) {
      return;
    }
    const to = (next: Item | undefined) => next && this.focus(next);
    switch (e.key) {
      case 'ArrowDown':
        to(visible[at + 1]);
        break;
      case 'ArrowUp':
        to(visible[at - 1]);
        break;
      case 'Home':
        to(visible[0]);
        break;
      case 'End':
        to(visible[visible.length - 1]);
        break;
      case 'ArrowRight':
        if (item.open) {
          to(visible[at + 1]);
        } else {
          this.fold(item, true);
        }
        break;
      case 'ArrowLeft':
        if (item.open) {
          this.fold(item, false);
        } else {
          to(item.parent);
        }
        break;
      case 'Enter':
        this.chosen(item);
        break;
      case ' ':
        this.fold(item, !item.open);
        break;
      default:
        return;
    }
    e.preventDefault();
  }
}

/** The name behind those of the processes around it. */
function last(id: string): string {
  return id.split('.').pop() ?? id;
}
