// CodeMirror, set up for workflows. It lives in a shadow root: there it puts its rules into adopted
// style sheets, which the security policy allows, and not into <style> elements, which it forbids.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import type { Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import type { Text } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import type { Tooltip } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Problem } from '../api/types';
import { findFix } from './quick_fix';
import { explain, keysAt, valuesAt } from './schema';
import type { Choice, Schema } from './schema';
import { findKeyAt, findPlace } from './yaml_place';

export interface Code {
  /** Replaces the text where it differs. The cursor stays in its line. */
  setText: (text: string) => void;
  setProblems: (problems: Problem[]) => void;
  /** Line and column from 1. */
  goTo: (line: number, column: number) => void;
  setSchema: (schema: Schema) => void;
  end: () => void;
}

interface Wishes {
  text: string;
  label: string;
  describedBy: string;
  onChange: (text: string) => void;
  onSave: () => void;
}

const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string), tags.attributeValue], color: 'var(--ansi2)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--soft)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.typeName, tags.labelName, tags.meta], color: 'var(--ansi5)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--soft)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--face)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
  '.cm-gutters': { color: 'var(--soft)', backgroundColor: 'var(--sunk)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in oklab, var(--hover) 60%, transparent)' },
  '.cm-activeLineGutter': { color: 'var(--ink)', backgroundColor: 'var(--hover)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { background: 'var(--chosen)' },
  '.cm-selectionMatch, .cm-searchMatch': { backgroundColor: 'var(--hit)' },
  '.cm-searchMatch-selected': { outline: '2px solid var(--accent)' },
  '.cm-tooltip': { color: 'var(--ink)', backgroundColor: 'var(--face)', border: '1px solid var(--edge)', borderRadius: '6px', boxShadow: 'var(--lift)', font: '13px/1.45 var(--font)', maxWidth: '420px' },
  '.cm-tooltip .says': { padding: '6px 10px' },
  '.cm-tooltip .takes': { padding: '0 10px 6px', color: 'var(--soft)', fontSize: '12px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '12px', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', lineHeight: '20px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { color: 'var(--on-accent)', backgroundColor: 'var(--accent)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': { color: 'inherit', fontStyle: 'normal', fontFamily: 'var(--font)', marginLeft: '10px' },
  '.cm-completionInfo': { padding: '6px 10px', maxWidth: '300px' },
  '.cm-diagnostic': { padding: '6px 10px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad)' },
  '.cm-diagnostic-warning': { borderLeft: '3px double var(--wait)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad) 1.5px', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline dotted var(--wait) 2px', textUnderlineOffset: '3px' },
  '.cm-lint-marker': { width: '14px', height: '20px', content: 'none' },
  '.cm-lint-marker-error::before': { content: '"✕"', color: 'var(--bad)', fontWeight: '700' },
  '.cm-lint-marker-warning::before': { content: '"!"', color: 'var(--wait)', fontWeight: '700' },
  '.cm-panels': { color: 'var(--ink)', backgroundColor: 'var(--sunk)', borderColor: 'var(--line)' },
  '.cm-panel.cm-search': { padding: '8px', font: '13px var(--font)' },
  '.cm-textfield': { minHeight: '26px', padding: '0 8px', color: 'inherit', backgroundColor: 'var(--face)', border: '1px solid var(--edge)', borderRadius: '6px', fontSize: '13px' },
  '.cm-button': { minHeight: '26px', padding: '0 8px', color: 'inherit', backgroundImage: 'none', backgroundColor: 'var(--face)', border: '1px solid var(--line)', borderRadius: '6px', fontSize: '13px' },
  '.cm-panel.cm-search [name=close]': { minWidth: '26px', minHeight: '26px', color: 'inherit', font: '18px var(--font)' },
});

function toCompletion(choice: Choice): Completion {
  const more = choice.required ? { detail: 'needed', boost: 10 } : {};
  return { label: choice.label, apply: choice.apply, info: choice.info || undefined, ...more };
}

function complete(schema: Schema, context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const place = findPlace(context.state.doc.toString().split('\n'), line.number - 1, context.pos - line.from);
  if (!place || (!context.explicit && place.word === '')) return null;
  const choices = place.key === null ? keysAt(schema, place.path, place.siblings) : valuesAt(schema, [...place.path, place.key]);
  return choices.length === 0 ? null : { from: line.from + place.from, options: choices.map(toCompletion), validFor: /^[\w-]*$/ };
}

function paragraph(name: string, text: string): HTMLElement {
  const element = document.createElement('div');
  element.className = name;
  element.textContent = text;
  return element;
}

function hover(schema: Schema, view: EditorView, at: number): Tooltip | null {
  const line = view.state.doc.lineAt(at);
  const key = findKeyAt(view.state.doc.toString().split('\n'), line.number - 1, at - line.from);
  const said = key && explain(schema, key.path);
  if (!said) return null;
  const dom = document.createElement('div');
  dom.append(paragraph('says', said.description), ...(said.takes ? [paragraph('takes', said.takes)] : []));
  return { pos: line.from + key.from, end: line.from + key.to, above: true, create: () => ({ dom }) };
}

function offsetIn(doc: Text, line: number, column: number): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(found.from + Math.max(0, column - 1), found.to);
}

/** From the place to the end of its word. */
function toDiagnostic(doc: Text, problem: Problem): Diagnostic {
  const from = offsetIn(doc, problem.line ?? 1, problem.column ?? 1);
  const line = doc.lineAt(from);
  const word = /^[^\s:,[\]{}]+/.exec(line.text.slice(from - line.from))?.[0] ?? '';
  const message = problem.hint ? `${problem.message} (${problem.hint})` : problem.message;
  const severity = problem.severity === 'warning' ? 'warning' : 'error';
  const fix = findFix(problem, doc.toString());
  const actions = fix ? [{ name: `Change to ${fix.insert}`, apply: (view: EditorView) => view.dispatch({ changes: fix }) }] : [];
  return { from, to: from + word.length, severity, message, actions };
}

/**
 * Typing over several lines is done here and not by the browser: it would keep the look of what it joins
 * in inline styles, which the policy forbids.
 */
function typeOverLines(event: InputEvent, view: EditorView): boolean {
  const { from, to } = view.state.selection.main;
  const plain = event.inputType === 'insertText' && event.data && !event.isComposing;
  if (!plain || view.state.doc.lineAt(from).to >= to) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data ?? ''), { userEvent: 'input.type', scrollIntoView: true });
  return true;
}

export function mountCode(host: HTMLElement, wishes: Wishes): Code {
  let schema: Schema = {};
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const save = () => {
    wishes.onSave();
    return true;
  };
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: wishes.text,
      extensions: [
        keymap.of([
          { key: 'Mod-s', run: save, preventDefault: true }, { key: 'Tab', run: acceptCompletion },
          ...closeBracketsKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, ...defaultKeymap, indentWithTab,
        ]),
        lineNumbers(), lintGutter(), history(), drawSelection(), highlightSpecialChars(), highlightActiveLine(), highlightActiveLineGutter(),
        highlightSelectionMatches(), closeBrackets(), search({ top: true }), yaml(), indentUnit.of('  '), syntaxHighlighting(colours), look,
        EditorView.domEventHandlers({ beforeinput: typeOverLines }),
        autocompletion({ override: [(context) => complete(schema, context)], icons: false }),
        hoverTooltip((on, at) => hover(schema, on, at)),
        EditorView.contentAttributes.of({ 'aria-label': wishes.label, 'aria-describedby': wishes.describedBy, spellcheck: 'false', autocapitalize: 'off', tabindex: '0' }),
        EditorView.updateListener.of((update) => { if (update.docChanged) wishes.onChange(update.state.doc.toString()); }),
      ],
    }),
  });
  const setText = (text: string) => {
    const now = view.state.doc.toString();
    if (text === now) return;
    const head = Math.min(view.state.selection.main.head, text.length);
    view.dispatch({ changes: { from: 0, to: now.length, insert: text }, selection: { anchor: head } });
  };
  const goTo = (line: number, column: number) => {
    const at = offsetIn(view.state.doc, line, column);
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    view.focus();
  };
  return {
    setText,
    goTo,
    setProblems: (problems) => view.dispatch(setDiagnostics(view.state, problems.map((problem) => toDiagnostic(view.state.doc, problem)))),
    setSchema: (next) => { schema = next; },
    end: () => view.destroy(),
  };
}
