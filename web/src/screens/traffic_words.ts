// The weights of target groups, as the ledger keeps them. Pure.

export interface Weight {
  name: string;
  /** Of all of them together; 0 to 1. */
  share: number;
}

/** "blue 0, green 100"; null for anything else. */
export function readWeights(text: string | null | undefined): Weight[] | null {
  const parts = (text ?? '').split(', ').map((part) => /^(\S+) (\d+)$/.exec(part));
  if (parts.some((part) => !part)) return null;
  const all = parts.reduce((sum, part) => sum + Number(part?.[2]), 0);
  return all === 0 ? null : parts.map((part) => ({ name: part?.[1] ?? '', share: Number(part?.[2]) / all }));
}
