/** Keeps rows in the order in which a person sees them: known ones stay, gone ones leave, new ones join at the end. */
export function keepOrder(frozen: readonly string[], sorted: readonly string[]): string[] {
  const present = new Set(sorted);
  const known = new Set(frozen);
  return [...frozen.filter((id) => present.has(id)), ...sorted.filter((id) => !known.has(id))];
}

/** How many rows would have to move to bring `shown` into the order of `sorted`. */
export function movesNeeded(shown: readonly string[], sorted: readonly string[]): number {
  const place = new Map(sorted.map((id, index) => [id, index]));
  // All rows but the longest run that is in order already: patience sorting, n log n.
  const tails: number[] = [];
  for (const id of shown) {
    const at = place.get(id) ?? 0;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    tails[low] = at;
  }
  return shown.length - tails.length;
}
