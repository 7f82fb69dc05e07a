// What a hand at the keyboard does in VS Code, and what an eye looks for. Whatever does not appear ends the drive.

import { chromium } from 'playwright-core';

const WAIT = 30_000;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export class Editor {
  static async open(address, language = 'en-US', size = { width: 1440, height: 860 }) {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
    const page = await browser.newPage({ viewport: size, deviceScaleFactor: 1, locale: language });
    page.setDefaultTimeout(WAIT);
    await page.goto(address);
    await page.locator('.monaco-workbench').waitFor({ timeout: 120_000 });
    const editor = new Editor();
    Object.assign(editor, { browser, page });
    return editor;
  }

  async close() {
    await this.browser.close();
  }

  /** Loads the window anew. */
  async reload() {
    const loaded = this.page.waitForEvent('load', { timeout: 120_000 });
    await this.command('Developer: Reload Window');
    await loaded;
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 120_000 });
    await this.page.locator('.editor-instance .view-lines').first().waitFor();
  }

  press(keys) {
    return this.page.keyboard.press(keys);
  }

  type(text) {
    return this.page.keyboard.type(text, { delay: 15 });
  }

  /** Opens a file by its name. */
  async file(name) {
    await this.press('Control+P');
    await this.page.locator('.quick-input-widget input.input').fill(name);
    await this.see('.quick-input-list .monaco-list-row.focused', name);
    await this.press('Enter');
    await this.see('.tabs-container .tab.active', name);
    await this.page.locator('.editor-instance .view-lines').first().waitFor();
  }

  /** Carries out a command of the palette. */
  async command(title) {
    await this.press('F1');
    await this.page.locator('.quick-input-widget input.input').fill(`>${title}`);
    // One title may be the beginning of another.
    const rows = this.page.locator('.quick-input-list .monaco-list-row .label-name');
    const row = rows.filter({ hasText: new RegExp(`^${title}$`) }).first();
    await this.appears(row, `the command “${title}”`);
    await row.click();
  }

  /** Puts the cursor at a line and column, from 1. */
  async goto(line, column) {
    await this.press('Control+G');
    await this.page.locator('.quick-input-widget input.input').fill(`:${line}:${column}`);
    await this.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await this.see('.editor-status-selection, #status\\.editor\\.selection', new RegExp(`\\D${line}\\D+${column}\\b`));
  }

  /** Asks for the hover at a place until it says something: what is typed takes a moment to be checked. */
  async hover(line, column, text) {
    await this.goto(line, column);
    const card = this.page.locator('.monaco-hover').filter({ hasText: text }).first();
    for (let i = 0; i < 15; i++) {
      await this.press('Control+K');
      await this.press('Control+I');
      try {
        await card.waitFor({ timeout: 2000 });
        return card;
      } catch {
        await this.press('Escape');
      }
    }
    throw new Error(`not seen: a hover at ${line}:${column} with “${text}”`);
  }

  /** Waits until an element shows a text; the element. */
  async see(selector, text, options = {}) {
    const found = this.page.locator(selector).filter({ hasText: text }).first();
    await this.appears(found, `${selector} with “${text}”`, options);
    return found;
  }

  async appears(locator, what, options = {}) {
    try {
      await locator.waitFor({ timeout: WAIT, ...options });
    } catch (e) {
      throw new Error(`not seen: ${what}\n${e.message}`);
    }
  }

  async gone(selector) {
    const found = this.page.locator(selector).first();
    await this.appears(found, `no more ${selector}`, { state: 'hidden' });
  }

  /** Presses a lens until something is seen: lenses are made anew while the text is checked, and a press may miss. */
  async lens(title, selector, text) {
    const seen = this.page.locator(selector).filter({ hasText: text }).first();
    for (let i = 0; i < 10; i++) {
      await (await this.see('.codelens-decoration a', title)).click();
      try {
        await seen.waitFor({ timeout: 3000 });
        return;
      } catch {
        // Once more.
      }
    }
    throw new Error(`not seen after pressing “${title}”: ${selector} with “${text}”`);
  }

  /** Undoes edits until something is gone. */
  async undo(selector) {
    for (let i = 0; i < 20 && (await this.page.locator(selector).count()) > 0; i++) {
      await this.press('Control+Z');
      await this.page.waitForTimeout(300);
    }
    await this.gone(selector);
  }

  /** The page inside the result panel. */
  panel() {
    return this.page.frameLocator('iframe.webview.ready').first().frameLocator('#active-frame');
  }

  async seeInPanel(selector, text) {
    const found = this.panel().locator(selector).filter({ hasText: text }).first();
    await this.appears(found, `in the panel: ${selector} with “${text}”`);
    return found;
  }

  /** A picture of the whole window, or of its upper part. */
  async picture(path, height) {
    await this.page.waitForTimeout(700);
    const { width } = this.page.viewportSize();
    await this.page.screenshot({ path, ...(height ? { clip: { x: 0, y: 0, width, height } } : {}) });
  }
}
