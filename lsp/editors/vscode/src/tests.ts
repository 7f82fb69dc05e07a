// Tests of rules in the editor's test view: beside each `test`, whether it passes, and why not.

import * as vscode from 'vscode';
import type { Run, Test } from './answers';
import { location, range, words } from './places';
import { LIBRARY, type Server, isSource } from './server';
import { say } from './words';

/** How long nothing must have been typed before the tests of a file are listed again, in ms. */
const QUIET = 400;

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('footrule', 'Footrule');
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly all: vscode.Disposable[] = [this.controller];

  constructor(private readonly server: Server) {
    this.controller.createRunProfile(
      say('Run'),
      vscode.TestRunProfileKind.Run,
      async (request, token) => void (await this.run(this.asked(request), request, token)),
      true,
    );
    this.controller.refreshHandler = () => this.listOpen();
    this.all.push(
      vscode.workspace.onDidOpenTextDocument((d) => void this.list(d)),
      vscode.workspace.onDidCloseTextDocument((d) => this.controller.items.delete(d.uri.toString())),
      vscode.workspace.onDidChangeTextDocument((e) => this.later(e.document)),
      server.onDidStart(() => void this.listOpen()),
    );
  }

  dispose(): void {
    this.timers.forEach((t) => clearTimeout(t));
    this.all.forEach((d) => d.dispose());
  }

  /** Runs one test by its name, as a code lens asks for it; what it came to is shown at the test. */
  async runByName(uri: vscode.Uri, name: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    await this.list(document);
    const item = this.controller.items.get(uri.toString())?.children.get(name);
    if (!item) {
      void vscode.window.showWarningMessage(say('There is no test “{0}”.', name));
      return;
    }
    const [run] = await this.run([item], new vscode.TestRunRequest([item]));
    if (!run) {
      return;
    }
    const message = run.passed ? say('✓ {0}: passed', run.label) : say('✗ {0}: {1}', run.label, first(run));
    vscode.window.setStatusBarMessage(message, 8000);
  }

  private async listOpen(): Promise<void> {
    await Promise.all(vscode.workspace.textDocuments.map((d) => this.list(d)));
  }

  private later(document: vscode.TextDocument): void {
    if (!isSource(document)) {
      return;
    }
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(key, setTimeout(() => void this.list(document), QUIET));
  }

  /** Brings the list of a file's tests up to date. */
  private async list(document: vscode.TextDocument): Promise<void> {
    if (!isSource(document) || document.uri.scheme === LIBRARY || document.isClosed) {
      return;
    }
    const key = document.uri.toString();
    const tests = (await this.server.ask<Test[]>('footrule.tests', key)) ?? [];
    if (tests.length === 0) {
      this.controller.items.delete(key);
      return;
    }
    const name = vscode.workspace.asRelativePath(document.uri);
    const file = this.controller.items.get(key) ?? this.controller.createTestItem(key, name, document.uri);
    const items = tests.map((test) => {
      const item = file.children.get(test.name) ?? this.controller.createTestItem(test.name, test.label, document.uri);
      item.label = test.label;
      if (test.location) {
        item.range = range(test.location.range);
      }
      return item;
    });
    file.children.replace(items);
    this.controller.items.add(file);
  }

  private asked(request: vscode.TestRunRequest): vscode.TestItem[] {
    const leaves = (item: vscode.TestItem): vscode.TestItem[] =>
      item.children.size > 0 ? [...item.children].flatMap(([, child]) => leaves(child)) : [item];
    const roots = request.include ?? [...this.controller.items].map(([, item]) => item);
    return roots.flatMap(leaves).filter((item) => !request.exclude?.includes(item));
  }

  private async run(
    items: vscode.TestItem[],
    request: vscode.TestRunRequest,
    token?: vscode.CancellationToken,
  ): Promise<Run[]> {
    const run = this.controller.createTestRun(request);
    const found: Run[] = [];
    for (const item of items) {
      if (token?.isCancellationRequested || !item.uri) {
        break;
      }
      run.started(item);
      const begun = performance.now();
      try {
        const result = await this.server.ask<Run>('footrule.runTest', item.uri.toString(), item.id);
        const took = performance.now() - begun;
        if (!result) {
          run.skipped(item);
        } else if (result.passed) {
          run.passed(item, took);
        } else {
          run.failed(item, result.failures.map((f) => message(f)), took);
        }
        found.push(...(result ? [result] : []));
      } catch (e) {
        run.errored(item, new vscode.TestMessage(String(e instanceof Error ? e.message : e)));
      }
    }
    run.end();
    return found;
  }
}

function message(finding: Run['failures'][number]): vscode.TestMessage {
  const out = new vscode.TestMessage(words(finding));
  if (finding.location) {
    out.location = location(finding.location);
  }
  return out;
}

function first(run: Run): string {
  return run.failures[0]?.message ?? '';
}
