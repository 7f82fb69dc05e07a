// The way in: starts the server when a rule is there, and registers what the user can ask for.

import * as vscode from 'vscode';
import type { Location, Range, Test } from './answers';
import { library } from './library';
import { ResultPanel } from './panel';
import { location, range } from './places';
import { Server, isSource } from './server';
import { Tests } from './tests';
import { say } from './words';

type Place = Range['start'];

export function activate(context: vscode.ExtensionContext): void {
  const server = new Server();
  const tests = new Tests(server);
  const panel = new ResultPanel(server, context.extensionUri);
  const command = (name: string, run: (...values: never[]) => unknown) =>
    vscode.commands.registerCommand(name, run as (...values: unknown[]) => unknown);

  context.subscriptions.push(
    server,
    tests,
    panel,
    library(server),
    // Lenses call these with an address, and the name of a test or places.
    command('footrule.runTest', async (address?: string, name?: string) => {
      const uri = target(address);
      const test = uri && (name ?? (await testAtCursor(server, uri)));
      return test ? tests.runByName(uri, test) : undefined;
    }),
    command('footrule.showResult', async (address?: string | vscode.Uri, name?: string) => {
      const uri = target(address);
      return uri && panel.open(uri, name === undefined ? {} : { test: name });
    }),
    command('footrule.showReferences', (address: string, at: Place, found: Location[]) => {
      const position = new vscode.Position(at.line, at.character);
      return vscode.commands.executeCommand('editor.action.showReferences', vscode.Uri.parse(address), position, found.map(location));
    }),
    command('footrule.chooseInput', () => {
      const uri = target();
      return uri && panel.browse(uri);
    }),
    command('footrule.explain', () => {
      const editor = vscode.window.activeTextEditor;
      const word = editor?.document.getWordRangeAtPosition(editor.selection.active);
      const uri = target();
      return uri && editor && panel.open(uri, word ? { reveal: editor.document.getText(word) } : {});
    }),
    command('footrule.restart', () => server.restart()),
    command('footrule.log', () => server.log()),
    vscode.workspace.onDidOpenTextDocument((d) => isSource(d) && void server.start()),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (e.affectsConfiguration('footrule.server.path') || e.affectsConfiguration('footrule.language')) {
        void server.restart();
      }
    }),
  );
  if (vscode.workspace.textDocuments.some(isSource)) {
    void server.start();
  }
}

/** The file that a command is about: as said, or the one at hand. */
function target(address?: string | vscode.Uri): vscode.Uri | undefined {
  if (address !== undefined) {
    return typeof address === 'string' ? vscode.Uri.parse(address) : address;
  }
  const document = vscode.window.activeTextEditor?.document;
  return document && isSource(document) ? document.uri : undefined;
}

/** The test around the cursor, or the one that the user picks. */
async function testAtCursor(server: Server, uri: vscode.Uri): Promise<string | undefined> {
  const tests = (await server.ask<Test[]>('footrule.tests', uri.toString())) ?? [];
  const cursor = vscode.window.activeTextEditor?.selection.active;
  const here = tests.find((t) => t.location && cursor && range(t.location.range).contains(cursor));
  if (here) {
    return here.name;
  }
  const items = tests.map((t) => ({ label: t.label, name: t.name }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: say('Which test?') });
  return picked?.name;
}
