// What the compiler does not see: texts without a Chinese one, texts that nobody uses.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const json = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const problems = [];

// Words of the code: `say('…')`, in the extension and in the page.
const bundle = json('l10n/bundle.l10n.zh-cn.json');
const used = new Set();
for (const name of readdirSync(join(root, 'src'), { recursive: true }).filter((n) => n.endsWith('.ts'))) {
  const code = readFileSync(join(root, 'src', name), 'utf8');
  for (const [, call] of code.matchAll(/\bsay\(((?:[^()']|'(?:[^'\\]|\\.)*')*)/g)) {
    for (const [, text] of call.matchAll(/'((?:[^'\\]|\\.)*)'/g)) {
      used.add(text.replaceAll("\\'", "'"));
    }
  }
}
const origins = ['fossil', 'biogenic', 'land_use', 'aircraft', 'undivided'].map((o) => `origin ${o}`);
origins.forEach((o) => used.add(o));
for (const text of used) {
  if (!(text in bundle)) {
    problems.push(`l10n: no Chinese for “${text}”`);
  }
}
for (const text of Object.keys(bundle)) {
  if (!used.has(text)) {
    problems.push(`l10n: “${text}” is not used`);
  }
  const holes = (t) => [...t.matchAll(/\{\d\}/g)].map((m) => m[0]).sort().join();
  if (holes(text) !== holes(bundle[text])) {
    problems.push(`l10n: “${text}” and its translation have different values`);
  }
}

// Words of the manifest: `%key%`.
const manifest = readFileSync(join(root, 'package.json'), 'utf8');
const wanted = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map((m) => m[1]));
for (const name of ['package.nls.json', 'package.nls.zh-cn.json']) {
  const texts = json(name);
  wanted.forEach((key) => key in texts || problems.push(`${name}: ${key} is missing`));
  Object.keys(texts).forEach((key) => wanted.has(key) || problems.push(`${name}: ${key} is not used`));
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
