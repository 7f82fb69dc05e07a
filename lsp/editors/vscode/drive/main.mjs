// Drives the packaged extension in a real VS Code over a rule of the library in Chinese, and takes pictures of what it sees.
//
//   npm run drive            (FOOTRULE: the command to use; VSCODE_SERVER: where VS Code is kept; CHROMIUM: the browser)
//
// It needs Chromium and a font for Chinese; the first run fetches VS Code (drive/program.mjs). Each step waits for what must
// appear and fails without it. Pictures: drive/pictures.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Editor } from './editor.mjs';
import { languagePack, noteLanguagePack, program, serve } from './program.mjs';

const here = import.meta.dirname;
const repository = join(here, '../../../..');
const extension = join(here, '../footrule.vsix');
const footrule = process.env.FOOTRULE ?? join(repository, 'target/debug/footrule');
const pictures = join(here, 'pictures');

assert(existsSync(extension), `${extension} is missing: npm run package`);
assert(existsSync(footrule), `${footrule} is missing: cargo build --bin footrule`);
mkdirSync(pictures, { recursive: true });

// A folder with a rule of the library, its keywords in Chinese, and its example data.
const work = mkdtempSync(join(tmpdir(), 'footrule-drive-'));
const folder = join(work, '碳足迹');
mkdirSync(folder);
const file = join(folder, '电解铝.pcr');
const data = join(folder, '电解铝.json');
copyFileSync(join(repository, 'stdlib-rules/nonferrous_metals/primary_aluminium.pcr'), file);
copyFileSync(join(repository, 'examples/primary_aluminium.json'), data);
execFileSync(footrule, ['fmt', '--keywords', 'zh', file], { stdio: 'pipe' });
const lines = readFileSync(file, 'utf8').split('\n');

// A literate rule: the one of the tutorial, in a page of Markdown.
const lime = readFileSync(join(repository, 'docs/tutorial/lime_zh.pcr'), 'utf8');
writeFileSync(join(folder, '石灰.pcr.md'), `# 石灰\n\n示例。\n\n\`\`\`pcr\n${lime}\`\`\`\n`);

/** Line and column, from 1, of the nth place of a word in the line that begins so; behind the word if `after`. */
function place(beginning, word, { after = false } = {}) {
  const line = lines.findIndex((l) => l.startsWith(beginning));
  const column = lines[line]?.indexOf(word, beginning.length) ?? -1;
  assert(line >= 0 && column >= 0, `the rule has no ${word} in a line ${beginning}`);
  return [line + 1, column + 1 + (after ? word.length : 0)];
}

// What the command publishes for the example data.
const run = execFileSync(footrule, ['run', file, '--input', data, '--format', 'json'], { encoding: 'utf8' });
const published = JSON.parse(run).total.value;

const user = join(work, 'user/User');
mkdirSync(user, { recursive: true });
const settings = {
  'footrule.server.path': footrule,
  'footrule.language': 'zh',
  'workbench.colorTheme': process.env.THEME ?? 'Default Light Modern',
  'workbench.startupEditor': 'none',
  'workbench.layoutControl.enabled': false,
  'workbench.tips.enabled': false,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'editor.fontSize': 13,
  'editor.hover.delay': 150,
  'editor.wordWrap': 'on',
  'breadcrumbs.enabled': false,
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
};
const set = (more = {}) => writeFileSync(join(user, 'settings.json'), JSON.stringify({ ...settings, ...more }));

const step = (what) => console.log(`· ${what}`);

/** Does something in a VS Code that is opened for it. */
async function inEditor(options, what) {
  const server = await serve(program(), { folder, data: work, ...options });
  let editor;
  try {
    editor = await Editor.open(`${server.address}?folder=${encodeURIComponent(folder)}`, options.language);
    await what(editor);
  } catch (e) {
    await editor?.picture(join(pictures, 'failure.png'));
    throw e;
  } finally {
    await editor?.close();
    server.stop();
  }
}

try {
  set();
  await inEditor({ extensions: [extension] }, drive);
  // In an editor that speaks Chinese nothing has to be set.
  set({ 'footrule.language': 'auto' });
  const words = { id: 'zh-cn', name: '中文(简体)' };
  const pack = languagePack(join(work, 'pack'), words);
  noteLanguagePack(join(work, 'user'), join(work, 'pack'), words);
  await inEditor({ extensions: [pack], locale: 'zh-cn', language: 'zh-CN' }, chinese);
  console.log(`✓ seen; pictures in ${pictures}`);
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}

async function chinese(e) {
  step('in an editor in Chinese the extension speaks Chinese');
  await e.file('电解铝.pcr');
  await e.see('.view-line span[class*="mtk"]', '规则');
  await e.press('Control+B');
  await e.press('F1');
  await e.page.locator('.quick-input-widget input.input').fill('>Footrule');
  await e.see('.quick-input-list .monaco-list-row', '显示结果');
  await e.picture(join(pictures, 'chinese-commands.png'));
  await e.press('Escape');
  await e.command('Footrule: 显示结果');
  await e.seeInPanel('.passed', '测试通过');
  const [line, column] = place('§5.2.1 令 net_specific', 'net_anode');
  await e.press('Control+1');
  await e.hover(line, column + 2, '单位或类型');
  await e.see('.tabs-container .tab', '的结果');
  await e.see('.codelens-decoration', '测试触及');
  await e.picture(join(pictures, 'chinese.png'));
}

async function drive(e) {
  const { page } = e;

  step('a Chinese rule opens, in colours, without findings');
  await e.file('电解铝.pcr');
  await e.see('.view-line span[class*="mtk"]', '规则');
  await e.press('Control+B');

  step('a hover says what a name is');
  const [line, column] = place('§5.2.1 令 net_specific', 'net_anode');
  const card = await e.hover(line, column + 2, '阳极净耗');
  assert.match(await card.innerText(), /t\{anode\}/);
  await e.picture(join(pictures, 'hover.png'));
  await e.press('Escape');

  step('a substance that does not fit is found while typing');
  const [mixed, from] = place('§5.5.6 排放', 'net_anode');
  await e.goto(mixed, from);
  await e.press('Control+Shift+ArrowRight');
  await e.type('alumina_use.amount');
  await e.press('Escape');
  await e.appears(page.locator('.squiggly-error').first(), 'a finding');
  await e.hover(mixed, from + 2, 'FR-U');
  await e.picture(join(pictures, 'finding.png'), 640);
  await e.press('Escape');
  await e.undo('.squiggly-error');

  step('the result panel shows the first test');
  await e.command('Footrule: Show Result');
  await e.seeInPanel('.total strong', /^12228$/);
  await e.seeInPanel('.passed', '测试通过');
  await e.seeInPanel('.stages th', '预焙阳极');
  await e.seeInPanel('.reports th', '电力占比');
  await e.seeInPanel('.tree .stage .title', '电解');
  await page.setViewportSize({ width: 1440, height: 1100 });
  await e.picture(join(pictures, 'result.png'));
  await page.setViewportSize({ width: 1440, height: 860 });

  step('a node of the derivation leads to its place');
  const [where] = place('§5.5.6 排放', 'anode_oxidation');
  await (await e.seeInPanel('.tree .line .title', 'anode_oxidation')).click();
  await e.see('#status\\.editor\\.selection', `Ln ${where}`);

  step('an edit is followed: no gas for casting');
  const [at, gas] = place('    casting_gas = ', '25');
  await e.press('Control+1');
  await e.goto(at, gas);
  await e.press('Delete');
  await e.press('Delete');
  await e.type('0');
  // The stage of casting, 69.2 kg, is gone from 12228.4.
  await e.seeInPanel('.total strong', /^12159$/);
  await e.seeInPanel('.failed', '测试不通过');
  await e.seeInPanel('.errors .findings', '12228');
  await e.press('Control+Z');
  await e.press('Control+Z');
  await e.press('Control+Z');
  await e.seeInPanel('.total strong', /^12228$/);
  await e.seeInPanel('.passed', '测试通过');

  step('a slip of the pen leaves the last result');
  const [bad, end] = place('§5.5.6 排放', 'anode_carbon', { after: true });
  await e.goto(bad, end);
  await e.type('n');
  await e.press('Escape');
  await e.appears(page.locator('.squiggly-error').first(), 'a finding');
  await e.seeInPanel('.errors', 'FR-N001');
  await e.seeInPanel('.note', '出错之前的最后结果');

  step('a quick fix repairs it');
  await e.goto(bad, end - 3);
  await e.press('Control+.');
  await e.see('.action-widget', 'anode_carbon');
  await e.picture(join(pictures, 'fix.png'));
  await e.press('Enter');
  await e.gone('.squiggly-error');
  await e.gone('.action-widget');
  await e.seeInPanel('.passed', '测试通过');
  await e.press('Control+S');
  await e.gone('.tab.active.dirty');
  assert.equal(readFileSync(file, 'utf8'), lines.join('\n'), 'after the repair the rule is as it was');

  step('the rule is evaluated on a JSON file');
  await e.command('Footrule: Show Result for a JSON File …');
  await e.see('.quick-input-list .monaco-list-row', '电解铝.json');
  await e.press('Enter');
  await e.seeInPanel('.total strong', new RegExp(`^${published}$`));

  step('a window that is loaded anew has its panel again');
  await e.reload();
  await e.seeInPanel('.total strong', new RegExp(`^${published}$`));
  assert.equal(await e.panel().locator('#data option:checked').textContent(), '电解铝.json');

  step('a name is explained in the derivation');
  await e.press('Control+1');
  await e.goto(...place('§5.5.6 排放', 'anode_carbon'));
  await e.command('Footrule: Explain in the Derivation');
  await e.seeInPanel('.tree .row:focus .title', 'anode_carbon');
  await e.press('Control+1');
  await e.goto(...place('§5.2.2 令 ac_expected', 'dc_specific'));
  await e.command('Footrule: Explain in the Derivation');
  await e.seeInPanel('.tree .row:focus .title', 'dc_specific');
  await e.press('Control+1');
  await e.goto(...place('§5.3.2 提示 ', 'alumina_band'));
  await e.command('Footrule: Explain in the Derivation');
  await e.seeInPanel('.note', 'alumina_band');

  step('a test is run from its lens');
  await e.press('Control+1');
  await e.goto(...place('测试 中文 "', '算例 1'));
  await e.lens('运行测试', '.statusbar-item', '✓ 算例 1');
  await e.appears(page.locator('.testing-run-glyph.codicon-testing-passed-icon').first(), 'the mark of a passed test');

  step('a literate rule is read, too');
  await e.file('石灰.pcr.md');
  await e.see('.view-line span[class*="mtk"]', '规则');
  await e.command('Footrule: Show Result');
  await e.seeInPanel('.total strong', /^1111\.2$/);
  const literate = readFileSync(join(folder, '石灰.pcr.md'), 'utf8').split('\n');
  const heat = literate.findIndex((l) => l.startsWith('§8.2 报告 热耗'));
  await e.press('Control+1');
  await e.hover(heat + 1, literate[heat].indexOf('单位热耗') + 2, 'GJ{lhv}/t{石灰}');
  await e.press('Escape');
  await e.press('Control+1');
  await e.file('电解铝.pcr');

  step('the library opens from a name');
  await e.goto(...place('§5.5.6 排放', 'c_to_co2'));
  await e.press('F12');
  await e.see('.tabs-container .tab.active', /\.pcr/);
  await e.see('.view-line', 'c_to_co2');
}
