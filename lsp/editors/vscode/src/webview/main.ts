// The page of the result panel. It shows what it is sent, and keeps what the reader unfolded.

import type { Asked, Evaluation, Finding, Footprint, Labels, Memory, Name, Result, Shown } from '../answers';
import { type Child, button, element, figure } from './element';
import { Tree } from './tree';

/** What is kept while the page is gone. */
interface Kept {
  memory?: Memory;
  /** What the reader folded and unfolded. */
  folds: [string, boolean][];
}

declare function acquireVsCodeApi(): { postMessage(asked: Asked): void; getState(): Kept | undefined; setState(kept: Kept): void };

const editor = acquireVsCodeApi();
const tree = new Tree((location) => editor.postMessage({ type: 'open', location }), keep, editor.getState()?.folds);
let shown: Shown | undefined;

window.addEventListener('message', (event: MessageEvent<Shown>) => {
  shown = event.data;
  document.documentElement.lang = shown.language === 'zh' ? 'zh-CN' : 'en';
  render(shown);
  keep();
});
editor.postMessage({ type: 'ready' });

function keep(): void {
  if (shown) {
    editor.setState({ memory: shown.memory, folds: tree.folds() });
  }
}

function say(english: string): string {
  return shown?.words[english] ?? english;
}

function text(labels: Labels | undefined, otherwise = ''): string {
  const [first, second] = shown?.language === 'zh' ? [labels?.zh, labels?.en] : [labels?.en, labels?.zh];
  return first || second || otherwise;
}

const label = (name: Name): string => text(name.labels, name.id);

function render(state: Shown): void {
  const main = document.getElementById('result');
  if (!main) {
    return;
  }
  const { evaluation, last } = state;
  const from = evaluation.result ? evaluation : last;
  const focus = focused();
  const parts: Child[] = [head(state), failures(evaluation), problems(evaluation)];
  if (from?.result) {
    const old = from !== evaluation;
    parts.push(old && element('p', { class: 'note', role: 'status' }, say('The last result, from before these errors:')));
    parts.push(element('div', { class: old ? 'old' : '' }, ...sections(from, from.result)));
  }
  main.replaceChildren(...parts.filter((p) => p instanceof Node));
  if (state.reveal) {
    if (!tree.reveal(state.reveal)) {
      main.firstElementChild?.after(element('p', { class: 'note', role: 'status' }, `${say('Not part of this derivation:')} ${state.reveal}`));
      window.scrollTo(0, 0);
    }
  } else if (focus) {
    document.getElementById(focus)?.focus();
  }
}

/** The identifier of what has the focus: it keeps it over a new result. Whoever types in the editor keeps it, too. */
function focused(): string | undefined {
  return (document.hasFocus() && document.activeElement?.id) || undefined;
}

/** What the rule is evaluated on, and what it came to; it stays in sight. */
function head(state: Shown): HTMLElement {
  const select = element('select', { id: 'data' }) as HTMLSelectElement;
  for (const group of ['test', 'file'] as const) {
    const choices = state.choices.filter((c) => c.group === group);
    const options = choices.map((c) => {
      const option = element('option', { value: c.id }, c.label) as HTMLOptionElement;
      option.selected = c.id === state.chosen;
      return option;
    });
    if (options.length > 0) {
      select.append(element('optgroup', { label: group === 'test' ? say('Tests') : say('Files') }, ...options));
    }
  }
  select.addEventListener('change', () => editor.postMessage({ type: 'choose', id: select.value }));
  const browse = button({ id: 'browse' }, () => editor.postMessage({ type: 'browse' }), say('JSON file …'));
  const name = element('label', { for: 'data' }, say('Evaluate on'));
  return element('header', {}, name, select, browse, verdict(state.evaluation));
}

function verdict(found: Evaluation): Child {
  const mark = (how: string, text: string) => element('span', { class: `verdict ${how}`, role: 'status' }, text);
  if (found.test) {
    return found.test.passed ? mark('passed', `✓ ${say('The test passes')}`) : mark('failed', `✗ ${say('The test fails')}`);
  }
  return found.errors.length > 0 && mark('failed', `✗ ${say('No result')}`);
}

function failures(found: Evaluation): Child {
  // What prevents a result is told once.
  const told = new Set(found.errors.map((e) => e.code + e.message));
  const own = found.test?.failures.filter((f) => !told.has(f.code + f.message)) ?? [];
  return own.length > 0 && element('section', { class: 'errors' }, findings(own));
}

function problems(found: Evaluation): Child {
  if (found.errors.length === 0) {
    return false;
  }
  const expected = found.test?.passed === true;
  const why = expected ? say('No result, as the test expects:') : say('There is no result:');
  return element('section', { class: expected ? 'errors expected' : 'errors' }, element('p', {}, why), findings(found.errors));
}

function findings(all: Finding[]): HTMLElement {
  const one = (f: Finding): HTMLElement => {
    const { location } = f;
    const message = location
      ? button({ class: 'link' }, () => editor.postMessage({ type: 'open', location }), f.message)
      : element('span', {}, f.message);
    const code = f.code !== '' && element('code', { class: 'code' }, f.code);
    return element('li', {}, message, ' ', code, f.help !== null && element('div', { class: 'help' }, f.help));
  };
  return element('ul', { class: 'findings' }, ...all.map(one));
}

function sections(found: Evaluation, result: Result): Child[] {
  const products = result.products ?? [result as Footprint];
  const several = products.length > 1;
  return [
    element('h1', {}, label(result.rule)),
    element('p', { class: 'facts' }, facts(result, several ? undefined : products[0])),
    ...products.flatMap((p) => product(p, several)),
    reports(result),
    warnings(result),
    found.derivation && element('h2', { id: 'derivation' }, say('Derivation')),
    found.derivation && tree.build(found.derivation, say('Derivation')),
  ];
}

function facts(result: Result, only: Footprint | undefined): string {
  const { rule, period } = result;
  const unit = only?.declared_unit;
  const kind = unit?.functional ? say('functional unit') : say('declared unit');
  const all = [
    `${rule.id} ${rule.version}`,
    rule.boundary,
    period && said(period),
    unit && `${kind} ${unit.value} ${unit.unit}`,
    `GWP ${rule.gwp}`,
    result.scenario && `${say('scenario')} ${label(result.scenario)}`,
  ];
  return all.filter((f) => f).join(' · ');
}

/** A whole year is a year. */
function said(period: { from: string; to: string }): string {
  const [from, to] = [period.from, period.to];
  const year = from.endsWith('-01-01') && to === `${from.slice(0, 4)}-12-31`;
  return year ? from.slice(0, 4) : `${from} – ${to}`;
}

function product(p: Footprint, named: boolean): Child[] {
  const also = p.also?.map((a) => `${a.total.value} ${a.total.unit}`).join(' · ');
  return [
    named && p.product !== undefined && element('h2', {}, label(p.product)),
    element(
      'p',
      { class: 'total' },
      element('strong', {}, p.total.value),
      element('span', { class: 'unit' }, p.total.unit),
      also && element('span', { class: 'also' }, also),
    ),
    stages(p),
    split(p),
  ];
}

function stages(p: Footprint): HTMLElement {
  const row = (name: string, value: string, share: string | undefined): HTMLElement => {
    const part = share === undefined ? undefined : Number(share);
    const bar = element('span', { class: part !== undefined && part < 0 ? 'less' : '' });
    bar.style.width = `${Math.abs(part ?? 0) * 100}%`;
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      figure(value),
      element('td', { class: 'share' }, part === undefined ? '' : `${(part * 100).toFixed(1)} %`),
      element('td', { class: 'bar', 'aria-hidden': 'true' }, part !== undefined && bar),
    );
  };
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, say('Stage')),
    element('th', { scope: 'col', class: 'number' }, p.total.unit),
    element('th', { scope: 'col', class: 'number' }, say('Share')),
    element('td', {}),
  );
  const rows = p.stages.map((s) => row(label(s), s.figure.value, s.share));
  const apart = p.apart.map((l) => row(`${label(l)} · ${say('apart')}`, l.figure.value, undefined));
  return element('table', { class: 'stages' }, element('thead', {}, head), element('tbody', {}, ...rows, ...apart));
}

/** By gas, by origin, and what the figures rest on. */
function split(p: Footprint): HTMLElement {
  const percent = (share: string) => `${(Number(share) * 100).toFixed(1)} %`;
  const rating = p.data_quality?.rating;
  const primary = p.primary_data_share;
  const data = [
    ...(primary ? pair(say('Primary data'), percent(primary)) : []),
    ...(rating ? pair(say('Data quality rating'), `${rating} (${percent(p.data_quality?.rated_share ?? '0')})`) : []),
  ];
  return element(
    'div',
    { class: 'split' },
    pairs(say('Gases'), p.gases.flatMap((g) => pair(g.name ? g.name.id : say('not known by gas'), g.figure.value))),
    pairs(say('Origins'), p.origins.flatMap((o) => pair(say(`origin ${o.origin}`), o.figure.value))),
    pairs(say('Data'), data),
  );
}

function pairs(head: string, all: HTMLElement[]): Child {
  return all.length > 0 && element('section', {}, element('h2', {}, head), element('dl', { class: 'pairs' }, ...all));
}

function pair(name: string, value: string): HTMLElement[] {
  return [element('dt', {}, name), element('dd', {}, value)];
}

function reports(result: Result): Child {
  const value = (v: Result['reports'][number]['value']): string => {
    if (typeof v === 'object') {
      return `${v.value} ${v.unit}`.trim();
    }
    return typeof v === 'boolean' ? say(v ? 'yes' : 'no') : v;
  };
  const rows = result.reports.map((r) => {
    const clause = r.clause ? element('span', { class: 'clause' }, `§${r.clause}`) : false;
    return element('tr', {}, element('th', { scope: 'row' }, clause, ' ', label(r)), figure(value(r.value)));
  });
  if (rows.length === 0) {
    return false;
  }
  return element('section', {}, element('h2', {}, say('Reports')), element('table', { class: 'reports' }, element('tbody', {}, ...rows)));
}

function warnings(result: Result): Child {
  if (result.warnings.length === 0) {
    return false;
  }
  const all = result.warnings.map((w) => {
    const clause = w.clause ? element('span', { class: 'clause' }, `§${w.clause} `) : false;
    return element('li', {}, clause, text(w.message));
  });
  return element('section', { class: 'warnings' }, element('h2', {}, say('Warnings')), element('ul', {}, ...all));
}
