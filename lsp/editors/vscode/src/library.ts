// Modules of the library, opened from a definition: read-only documents whose text is the server's.

import * as vscode from 'vscode';
import { LIBRARY, type Server } from './server';

export function library(server: Server): vscode.Disposable {
  const provider: vscode.TextDocumentContentProvider = {
    provideTextDocumentContent: async (uri) => (await server.ask<string>('footrule.source', uri.toString())) ?? '',
  };
  return vscode.workspace.registerTextDocumentContentProvider(LIBRARY, provider);
}
