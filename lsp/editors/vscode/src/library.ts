// Texts that are the server's: modules of the library, the pages of codes. Read-only documents.

import * as vscode from 'vscode';
import { LIBRARY, type Server } from './server';

/** The scheme of the pages of codes: `footrule-code:/zh/FR-U002.md`. */
const PAGES = 'footrule-code';

export function library(server: Server): vscode.Disposable {
  const provider: vscode.TextDocumentContentProvider = {
    provideTextDocumentContent: async (uri) => (await server.text(uri)) ?? '',
  };
  const schemes = [LIBRARY, PAGES].map((s) => vscode.workspace.registerTextDocumentContentProvider(s, provider));
  return vscode.Disposable.from(...schemes);
}
