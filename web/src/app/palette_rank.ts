// What somebody may mean by a few letters. Pure.

/** How far `wanted` is from `word`: its letters in their order, close together and early are near. Null: not there. */
export function distance(wanted: string, word: string): number | null {
  const letters = wanted.toLowerCase().replace(/\s+/g, '');
  const lower = word.toLowerCase();
  let at = -1;
  let gaps = 0;
  for (const letter of letters) {
    const next = lower.indexOf(letter, at + 1);
    if (next < 0) return null;
    gaps += at < 0 ? next / 4 : next - at - 1;
    at = next;
  }
  return gaps + (lower.length - letters.length) / 100;
}

/** The nearest of `items`, at most `most`. */
export function nearest<T extends { word: string }>(items: T[], wanted: string, most: number): T[] {
  return items
    .map((item) => ({ item, far: distance(wanted, item.word) }))
    .filter((one): one is { item: T; far: number } => one.far !== null)
    .sort((one, other) => one.far - other.far)
    .slice(0, most)
    .map(({ item }) => item);
}
