// What the server's commands answer; docs/editors.md describes it.

import type { Language } from './words';

export interface Range {
  start: { line: number; character: number };
  end: { line: number; character: number };
}

export interface Location {
  uri: string;
  range: Range;
}

export interface Test {
  name: string;
  label: string;
  location: Location | null;
  expectsError: boolean;
}

export interface Finding {
  code: string;
  message: string;
  label: string | null;
  help: string | null;
  location: Location | null;
}

export interface Run extends Test {
  passed: boolean;
  failures: Finding[];
}

export interface Labels {
  zh?: string;
  en?: string;
}

export interface Name {
  id: string;
  labels?: Labels;
  clause?: string;
}

export interface Figure {
  value: string;
  unit: string;
  unrounded: string;
}

/** The footprint of a product. */
export interface Footprint {
  product?: Name;
  declared_unit: { value: string; unit: string; functional: boolean };
  total: Figure;
  also?: { total: Figure }[];
  stages: (Name & { figure: Figure; share?: string })[];
  gases: { name: Name | null; figure: Figure }[];
  origins: { origin: string; figure: Figure }[];
  apart: (Name & { figure: Figure })[];
  primary_data_share?: string;
  data_quality?: { rating?: string; rated_share: string };
}

export interface Result extends Partial<Footprint> {
  rule: Name & { version: string; boundary: string; gwp: string };
  period?: { from: string; to: string };
  scenario?: Name;
  products?: Footprint[];
  reports: (Name & { value: Figure | boolean | string })[];
  warnings: { name: string; message: Labels; clause?: string }[];
}

/** A node of the derivation, in words. */
export interface Node {
  id: string;
  kind: string;
  clause?: string;
  title: string;
  value?: string;
  notes?: string[];
  source?: string;
  details: string[];
  location?: Location;
  children: Node[];
}

export interface Evaluation {
  test: Run | null;
  tests: Test[];
  errors: Finding[];
  result: Result | null;
  derivation: Node | null;
}

/** What the panel shows: kept by its page, so that it can be shown again in a window that was loaded anew. */
export interface Memory {
  rule: string;
  test?: string;
  file?: string;
  files: string[];
}

/** What the panel's page is shown. */
export interface Shown {
  memory: Memory;
  language: Language;
  words: Record<string, string>;
  /** The data that the rule is evaluated on: of those that can be chosen. */
  chosen: string;
  choices: { id: string; label: string; group: 'test' | 'file' }[];
  evaluation: Evaluation;
  /** The last evaluation that had a result, where this one has none. */
  last: Evaluation | null;
  /** A definition that is to be unfolded. */
  reveal: string | null;
}

/** What the page asks for. */
export type Asked =
  | { type: 'ready' }
  | { type: 'choose'; id: string }
  | { type: 'browse' }
  | { type: 'open'; location: Location };
