// Lines that a workflow command left (`::error::`), told by the mark that the server puts before them. Pure.

const MARK = /^##\[(error|warning|notice|debug)\]/;

export interface Said {
  kind: string;
  text: string;
}

export function readSaid(line: string): Said | null {
  const found = MARK.exec(line);
  return found && { kind: found[1] ?? '', text: line.slice(found[0].length) };
}
