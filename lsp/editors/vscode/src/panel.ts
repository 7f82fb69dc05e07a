// The result panel: a rule evaluated on a test or on a JSON file, beside the text, following what is typed.
//
// One panel for all rules: showing another rule's result turns it to that rule. Where an edit leaves the rule without a
// result, the panel says why and keeps the last one, dimmed.

import * as vscode from 'vscode';
import type { Asked, Evaluation, Memory, Shown } from './answers';
import { show } from './places';
import { type Server, isSource } from './server';
import { all, language, say } from './words';

/** The type of the panel, under which it is restored. */
const TYPE = 'footrule.result';
/** How long nothing must have been typed before the rule is evaluated again, in ms. */
const QUIET = 150;
/** Most JSON files that are offered as inputs. */
const MOST_FILES = 200;

/** What a rule is evaluated on. */
type Data = { test?: string } | { file: vscode.Uri };

export class ResultPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private rule: vscode.Uri | undefined;
  private data: Data = {};
  /** JSON files that were chosen for the rule. */
  private files: vscode.Uri[] = [];
  private last: Evaluation | undefined;
  private reveal: string | null = null;
  private ready = false;
  private timer: NodeJS.Timeout | undefined;
  /** Counts evaluations, so that an answer that comes late is dropped. */
  private turn = 0;
  private readonly listeners: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly root: vscode.Uri,
  ) {
    this.listeners = [
      vscode.workspace.onDidChangeTextDocument((e) => this.changed(e.document)),
      vscode.workspace.onDidSaveTextDocument((d) => this.changed(d)),
      vscode.workspace.onDidChangeConfiguration((e) => e.affectsConfiguration('footrule') && this.later()),
      server.onDidStart(() => this.later()),
      // A window that is loaded anew has its panel again.
      vscode.window.registerWebviewPanelSerializer(TYPE, {
        deserializeWebviewPanel: async (panel: vscode.WebviewPanel, kept: unknown) => this.restore(panel, kept),
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.panel?.dispose();
    this.listeners.forEach((l) => l.dispose());
  }

  /** Shows the result of a rule: on a test, or as before. A definition may be named that is to be unfolded. */
  async open(rule: vscode.Uri, on: { test?: string; reveal?: string } = {}): Promise<void> {
    if (this.rule?.toString() !== rule.toString()) {
      this.rule = rule;
      this.data = {};
      this.files = [];
      this.last = undefined;
    }
    if (on.test !== undefined) {
      this.data = { test: on.test };
    }
    this.reveal = on.reveal ?? null;
    this.create();
    await this.evaluate();
  }

  /** Asks for a JSON file and evaluates the rule on it. */
  async browse(rule: vscode.Uri): Promise<void> {
    const file = await chosenFile(rule);
    if (!file) {
      return;
    }
    await this.open(rule);
    this.files = [file, ...this.files.filter((f) => f.toString() !== file.toString())];
    this.data = { file };
    await this.evaluate();
  }

  private create(): void {
    if (this.panel) {
      this.panel.reveal(undefined, true);
      return;
    }
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.adopt(vscode.window.createWebviewPanel(TYPE, say('Result'), column, { retainContextWhenHidden: true }));
  }

  /** Takes over the panel of the window before. */
  private restore(panel: vscode.WebviewPanel, kept: unknown): void {
    const memory = remembered(kept);
    if (!memory || this.panel) {
      panel.dispose();
      return;
    }
    this.rule = vscode.Uri.parse(memory.rule);
    this.files = memory.files.map((f) => vscode.Uri.parse(f));
    this.data = memory.file ? { file: vscode.Uri.parse(memory.file) } : memory.test ? { test: memory.test } : {};
    this.adopt(panel);
  }

  private adopt(panel: vscode.WebviewPanel): void {
    const roots = [vscode.Uri.joinPath(this.root, 'dist'), vscode.Uri.joinPath(this.root, 'media')];
    panel.webview.options = { enableScripts: true, localResourceRoots: roots };
    panel.iconPath = vscode.Uri.joinPath(this.root, 'media', 'file.svg');
    this.ready = false;
    panel.webview.onDidReceiveMessage((asked: Asked) => void this.asked(asked));
    panel.webview.html = page(panel.webview, this.root);
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.ready = false;
    });
    this.panel = panel;
  }

  private memory(rule: vscode.Uri): Memory {
    const files = this.files.map((f) => f.toString());
    if ('file' in this.data) {
      return { rule: rule.toString(), file: this.data.file.toString(), files };
    }
    return { rule: rule.toString(), files, ...(this.data.test === undefined ? {} : { test: this.data.test }) };
  }

  private async asked(asked: Asked): Promise<void> {
    switch (asked.type) {
      case 'ready':
        this.ready = true;
        return this.evaluate();
      case 'choose': {
        const file = this.files.find((f) => f.toString() === asked.id);
        this.data = file ? { file } : { test: asked.id };
        return this.evaluate();
      }
      case 'browse':
        return this.rule ? this.browse(this.rule) : undefined;
      case 'open':
        return show(asked.location);
    }
  }

  private changed(document: vscode.TextDocument): void {
    const file = 'file' in this.data ? this.data.file.toString() : undefined;
    if (this.panel && (isSource(document) || document.uri.toString() === file)) {
      this.later();
    }
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.evaluate(), QUIET);
  }

  private async evaluate(): Promise<void> {
    const { panel, rule } = this;
    if (!panel || !rule || !this.ready) {
      return;
    }
    const turn = ++this.turn;
    const found = await this.answer(rule);
    if (turn !== this.turn || !found) {
      return;
    }
    const name = rule.path.split('/').pop() ?? '';
    panel.title = say('Result of {0}', name);
    const tests = found.tests.map((t) => ({ id: t.name, label: t.label, group: 'test' as const }));
    const files = this.files.map((f) => {
      return { id: f.toString(), label: vscode.workspace.asRelativePath(f), group: 'file' as const };
    });
    const chosen = 'file' in this.data ? this.data.file.toString() : (found.test?.name ?? this.data.test ?? '');
    const shown: Shown = {
      memory: this.memory(rule),
      language: language(),
      words: all(),
      chosen,
      choices: [...tests, ...files],
      evaluation: found,
      last: found.result ? null : (this.last ?? null),
      reveal: this.reveal,
    };
    this.reveal = null;
    if (found.result) {
      this.last = found;
    }
    await panel.webview.postMessage(shown);
  }

  private async answer(rule: vscode.Uri): Promise<Evaluation | undefined> {
    try {
      const on = 'file' in this.data ? await input(this.data.file) : this.data;
      return await this.server.ask<Evaluation>('footrule.evaluate', rule.toString(), on);
    } catch (e) {
      const message = e instanceof Error ? e.message : String(e);
      const finding = { code: '', message, label: null, help: null, location: null };
      return { test: null, tests: [], errors: [finding], result: null, derivation: null };
    }
  }
}

/** What the page kept; `undefined` if it is none of ours. */
function remembered(kept: unknown): Memory | undefined {
  const memory = (kept as { memory?: Partial<Memory> } | undefined)?.memory;
  return typeof memory?.rule === 'string' && Array.isArray(memory.files) ? (memory as Memory) : undefined;
}

/** The text of a JSON file, as it stands in the editor or on disk. */
async function input(file: vscode.Uri): Promise<{ input: string; inputUri: string }> {
  const open = vscode.workspace.textDocuments.find((d) => d.uri.toString() === file.toString());
  const text = open ? open.getText() : new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  return { input: text, inputUri: file.toString() };
}

/** Lets the user choose a JSON file: of the workspace, or any. */
async function chosenFile(rule: vscode.Uri): Promise<vscode.Uri | undefined> {
  const found = await vscode.workspace.findFiles('**/*.json', '**/{node_modules,target,.*}/**', MOST_FILES);
  const near = (f: vscode.Uri) => (vscode.Uri.joinPath(f, '..').path === vscode.Uri.joinPath(rule, '..').path ? 0 : 1);
  found.sort((a, b) => near(a) - near(b) || a.path.localeCompare(b.path));
  const items: (vscode.QuickPickItem & { uri?: vscode.Uri })[] = found.map((uri) => {
    return { label: vscode.workspace.asRelativePath(uri), uri };
  });
  items.push({ label: say('Another file …'), alwaysShow: true });
  const placeHolder = say('A JSON file with the inputs of the rule');
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  if (!picked || picked.uri) {
    return picked?.uri;
  }
  const opened = await vscode.window.showOpenDialog({ filters: { JSON: ['json'] }, canSelectMany: false });
  return opened?.[0];
}

function page(webview: vscode.Webview, root: vscode.Uri): string {
  const uri = (...path: string[]) => webview.asWebviewUri(vscode.Uri.joinPath(root, ...path)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="${language() === 'zh' ? 'zh-CN' : 'en'}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${say('Result')}</title>
  <link rel="stylesheet" href="${uri('media', 'panel.css')}">
</head>
<body>
  <main id="result"></main>
  <script src="${uri('dist', 'webview.js')}"></script>
</body>
</html>`;
}
