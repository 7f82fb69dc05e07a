// The language server: found, started, asked.

import { execFile } from 'node:child_process';
import * as vscode from 'vscode';
import {
  type DynamicFeature,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { language, say } from './words';

/** The scheme under which the server names modules of the library. */
export const LIBRARY = 'footrule-std';

/** Commands of this extension that lenses of the server may name. */
const LENS_COMMANDS = ['footrule.showResult', 'footrule.showReferences'];

/** True for a rule or a module: `*.pcr`, `*.pcr.md`, a module of the library. */
export function isSource(document: vscode.TextDocument): boolean {
  return document.uri.scheme === LIBRARY || /\.pcr(\.md)?$/.test(document.uri.path);
}

class Client extends LanguageClient {
  // The server's commands answer with data; what the user calls by the same names are commands of this extension.
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const method = 'registrationType' in feature ? feature.registrationType.method : undefined;
    if (method !== 'workspace/executeCommand') {
      super.registerFeature(feature);
    }
  }

  protected override getLocale(): string {
    return language();
  }
}

export class Server implements vscode.Disposable {
  private client: Client | undefined;
  private starting: Promise<Client | undefined> | undefined;
  /** The command that could not be started, as the user was told. */
  private told: string | undefined;
  private readonly output = vscode.window.createOutputChannel('Footrule');
  private readonly started = new vscode.EventEmitter<void>();
  /** The server has been started, or started again. */
  readonly onDidStart = this.started.event;

  /** Asks the server to carry out a command; `undefined` if there is no server. */
  async ask<T>(command: string, ...values: unknown[]): Promise<T | undefined> {
    const client = await this.start();
    return client?.sendRequest<T>('workspace/executeCommand', { command, arguments: values });
  }

  /** A text that is the server's. */
  async text(uri: vscode.Uri): Promise<string | undefined> {
    const client = await this.start();
    const found = await client?.sendRequest<{ text: string }>('workspace/textDocumentContent', { uri: uri.toString() });
    return found?.text;
  }

  /** Starts the server if it does not run. */
  start(): Promise<Client | undefined> {
    this.starting ??= this.launch();
    return this.starting;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  log(): void {
    this.output.show();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.starting = undefined;
    await client?.dispose();
  }

  dispose(): void {
    void this.stop();
    this.output.dispose();
    this.started.dispose();
  }

  private async launch(): Promise<Client | undefined> {
    const command = vscode.workspace.getConfiguration('footrule').get<string>('server.path') || 'footrule';
    const version = await versionOf(command);
    if (version instanceof Error) {
      this.output.appendLine(`${command}: ${version.message}`);
      // It is tried again when it is needed again, and told once.
      this.starting = undefined;
      if (this.told !== command) {
        this.told = command;
        void this.missing(command);
      }
      return undefined;
    }
    this.told = undefined;
    this.output.appendLine(`${command}: ${version}`);
    const server: ServerOptions = { command, args: ['lsp'] };
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: 'file', language: 'footrule' },
        { scheme: 'file', pattern: '**/*.pcr.md' },
        { scheme: LIBRARY },
      ],
      outputChannel: this.output,
      // What this client has beyond the protocol: commands that lenses may name, and a way to show texts of the server.
      initializationOptions: { commands: LENS_COMMANDS, contents: true },
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/{*.pcr,*.pcr.md,*.csv,*.json,footrule.toml}') },
      middleware: {
        // The server has the text of the library; nobody else changes it.
        didOpen: (document, next) => (document.uri.scheme === LIBRARY ? Promise.resolve() : next(document)),
        didClose: (document, next) => (document.uri.scheme === LIBRARY ? Promise.resolve() : next(document)),
      },
    };
    const client = new Client('footrule', 'Footrule', server, options);
    this.client = client;
    await client.start();
    this.started.fire();
    return client;
  }

  private async missing(command: string): Promise<void> {
    const settings = say('Open Settings');
    const message = say('`{0}` cannot be started. Install Footrule, or say where it is in the setting footrule.server.path.', command);
    if ((await vscode.window.showErrorMessage(message, settings)) === settings) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'footrule.server.path');
    }
  }
}

/** What a command says of itself, or why it cannot be started. */
function versionOf(command: string): Promise<string | Error> {
  return new Promise((done) => {
    execFile(command, ['--version'], { timeout: 10_000 }, (error, stdout) => done(error ?? stdout.trim()));
  });
}
