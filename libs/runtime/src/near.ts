const MOST_NAMES = 3;

/** A sentence naming what the caller may have meant; empty when nothing comes near. */
export function nearNames(wanted: string, known: Iterable<string>): string {
  const within = Math.max(2, Math.floor(wanted.length / 3));
  const near = [...known]
    .map((name) => ({ name, distance: distance(wanted.toLowerCase().slice(0, 100), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= within)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_NAMES);
  return near.length === 0 ? '' : `Did you mean ${near.map(({ name }) => name).join(' or ')}?`;
}

/** Levenshtein distance. */
function distance(left: string, right: string): number {
  let before = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1] ? 0 : 1;
      now.push(Math.min((before[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1, (before[column - 1] ?? 0) + same));
    }
    before = now;
  }
  return before[right.length] ?? 0;
}
