// Places of the server as the editor wants them.

import * as vscode from 'vscode';
import type { Finding, Location, Range } from './answers';

export function range(r: Range): vscode.Range {
  return new vscode.Range(r.start.line, r.start.character, r.end.line, r.end.character);
}

export function location(l: Location): vscode.Location {
  return new vscode.Location(vscode.Uri.parse(l.uri), range(l.range));
}

/** Shows a place in the first column of editors, where the rule stands. */
export async function show(at: Location): Promise<void> {
  const selection = range(at.range);
  const uri = vscode.Uri.parse(at.uri);
  const open = vscode.window.visibleTextEditors.find((e) => e.document.uri.toString() === uri.toString());
  const column = open?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(uri, { selection, viewColumn: column, preview: true });
}

/** A finding in one text. */
export function words(finding: Finding): string {
  return [finding.message, finding.label, finding.help].filter((t) => t).join('\n');
}
