// Bundles the extension and the page of its panel, and copies the grammars, which are generated from the keyword table.

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import esbuild from 'esbuild';

const root = join(import.meta.dirname, '..');
const grammars = join(root, '../../../grammar/textmate');
const minify = process.argv.includes('--minify');

mkdirSync(join(root, 'syntaxes'), { recursive: true });
for (const name of ['footrule.tmLanguage.json', 'footrule-markdown.tmLanguage.json']) {
  const from = join(grammars, name);
  if (!existsSync(from)) {
    throw new Error(`${from} is missing: cargo run -p footrule-grammar --example editors`);
  }
  copyFileSync(from, join(root, 'syntaxes', name));
}

const common = { bundle: true, minify, sourcemap: minify ? false : 'linked', logLevel: 'info', metafile: true, absWorkingDir: root };
const bundles = [
  {
    ...common,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
  },
  { ...common, entryPoints: ['src/webview/main.ts'], outfile: 'dist/webview.js', platform: 'browser', target: 'es2022', format: 'iife' },
];
if (process.argv.includes('--watch')) {
  await Promise.all(bundles.map(async (b) => (await esbuild.context(b)).watch()));
} else {
  const built = await Promise.all(bundles.map((b) => esbuild.build(b)));
  writeFileSync(join(root, 'dist/THIRD-PARTY.txt'), notices(built.flatMap((b) => Object.keys(b.metafile.inputs))));
}

/** The licences of the packages that are part of the bundles. */
function notices(inputs) {
  const packages = new Set(inputs.map((i) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(i)?.[1]).filter((p) => p));
  const one = (folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((f) => /^licen[cs]e/i.test(f));
    if (!file) {
      throw new Error(`${name} has no text of its licence`);
    }
    return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
  };
  return [...packages].sort().map(one).join(`\n${'-'.repeat(80)}\n\n`);
}
