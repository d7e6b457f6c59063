// Inputs as a person writes them: NAME=VALUE, one a line.

export interface InputLines {
  inputs: Record<string, string>;
  /** The first line that is no NAME=VALUE; empty where all are. */
  wrong: string;
}

export function readInputLines(text: string): InputLines {
  const inputs: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (!line.trim()) continue;
    const at = line.indexOf('=');
    const name = line.slice(0, Math.max(at, 0)).trim();
    if (!name) return { inputs, wrong: line.trim() };
    inputs[name] = line.slice(at + 1);
  }
  return { inputs, wrong: '' };
}
