// A real VS Code to be driven: its server part from the npm registry, shown by a headless Chromium.
//
// The first time takes about five minutes and 400 MB under `drive/.vscode-server`, or in the folder that VSCODE_SERVER names.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const VERSION = '4.96.4';

/** The folder of the program, made if it is not there. */
export function program() {
  const folder = process.env.VSCODE_SERVER ?? join(import.meta.dirname, '.vscode-server');
  if (existsSync(join(folder, 'ready'))) {
    return join(folder, 'package');
  }
  console.log(`VS Code is fetched into ${folder} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const run = (cwd, command, ...args) => execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const install = ['install', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'];
  run(folder, 'npm', 'pack', '--loglevel=error', `code-server@${VERSION}`);
  run(folder, 'tar', 'xzf', `code-server-${VERSION}.tgz`);
  const root = join(folder, 'package');
  run(root, 'npm', ...install);
  // It locks one dependency to an address outside the registry; the registry has it, too.
  rmSync(join(root, 'lib/vscode/npm-shrinkwrap.json'), { force: true });
  run(join(root, 'lib/vscode'), 'npm', ...install);
  run(join(root, 'lib/vscode/extensions'), 'npm', ...install);
  run(root, 'npm', 'rebuild', '--loglevel=error', 'argon2');
  // A rebuild of everything stops at one that is not needed.
  run(join(root, 'lib/vscode'), 'npm', 'rebuild', '--loglevel=error', 'node-pty', '@vscode/spdlog', 'native-watchdog', '@parcel/watcher');
  mkdirSync(join(folder, 'ready.part'));
  renameSync(join(folder, 'ready.part'), join(folder, 'ready'));
  return root;
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Makes a language known whose pack cannot be had: with it VS Code itself stays English, extensions speak the language. */
export function languagePack(folder, { id, name }) {
  mkdirSync(folder, { recursive: true });
  const translation = { languageId: id, languageName: name, localizedLanguageName: name };
  const manifest = {
    name: `language-pack-${id}`,
    publisher: 'drive',
    version: '1.0.0',
    license: 'MIT',
    engines: { vscode: '^1.91.0' },
    categories: ['Language Packs'],
    contributes: { localizations: [{ ...translation, translations: [{ id: 'vscode', path: './main.i18n.json' }] }] },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'main.i18n.json'), JSON.stringify({ version: '1.0.0', contents: {} }));
  writeFileSync(join(folder, 'README.md'), 'Nothing but the name of a language.\n');
  writeFileSync(join(folder, 'LICENSE.txt'), 'MIT\n');
  const vsce = join(import.meta.dirname, '../node_modules/@vscode/vsce/vsce');
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--out', 'pack.vsix'];
  execFileSync('node', [vsce, ...args], { cwd: folder, stdio: 'pipe' });
  return join(folder, 'pack.vsix');
}

/** Notes in the data of a user that a language pack is installed, as VS Code does when it installs one by itself. */
export function noteLanguagePack(user, folder, { id, name }) {
  const extensions = [{ extensionIdentifier: { id: `drive.language-pack-${id}` }, version: '1.0.0' }];
  const pack = { hash: 'drive', extensions, translations: { vscode: join(folder, 'main.i18n.json') }, label: name };
  writeFileSync(join(user, 'languagepacks.json'), JSON.stringify({ [id]: pack }));
}

/** Installs extensions and serves a folder, in a language if one is named; the address, and how to end it. */
export async function serve(root, { extensions: wanted, folder, data, locale }) {
  const entry = join(root, 'out/node/entry.js');
  const extensions = join(data, 'extensions');
  const env = { ...process.env, VSCODE_IPC_HOOK_CLI: '' };
  const own = ['--user-data-dir', join(data, 'user'), '--extensions-dir', extensions];
  for (const extension of wanted) {
    execFileSync('node', [entry, ...own, '--install-extension', extension], { stdio: 'pipe', env });
  }
  const port = await freePort();
  const args = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, ...own, ...(locale ? ['--locale', locale] : [])];
  const quiet = ['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override'];
  const server = spawn('node', [entry, ...args, ...quiet, folder], { stdio: 'pipe', env });
  let said = '';
  server.stdout.on('data', (d) => (said += d));
  server.stderr.on('data', (d) => (said += d));
  for (let i = 0; !said.includes('HTTP server listening'); i++) {
    if (i > 600 || server.exitCode !== null) {
      throw new Error(`VS Code does not start:\n${said}`);
    }
    await new Promise((r) => setTimeout(r, 100));
  }
  return { address: `http://127.0.0.1:${port}/`, stop: () => server.kill() };
}
