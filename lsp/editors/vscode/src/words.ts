// Words for the user, in the language of the setting `footrule.language`: else in that of the editor.
//
// The English text is the key; `l10n/bundle.l10n.zh-cn.json` has the Chinese one. `npm run check` finds keys without one.

import * as vscode from 'vscode';
import chinese from '../l10n/bundle.l10n.zh-cn.json';

const bundle: Record<string, string> = chinese;

export type Language = 'zh' | 'en';

export function language(): Language {
  const set = vscode.workspace.getConfiguration('footrule').get<string>('language');
  if (set === 'zh' || set === 'en') {
    return set;
  }
  return vscode.env.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** The text in the user's language; `{0}`, `{1}` … are filled in. */
export function say(english: string, ...values: readonly (string | number)[]): string {
  const text = language() === 'zh' ? (bundle[english] ?? english) : english;
  return text.replace(/\{(\d+)\}/g, (all, i: string) => String(values[Number(i)] ?? all));
}

/** All words at once, for the page of the result panel. */
export function all(): Record<string, string> {
  return language() === 'zh' ? bundle : {};
}
