/** Two names that share this many letters look the same once their ends are cut. */
const ALIKE = 16;
const ELLIPSIS = '…';

/**
 * For each name a text of at most `room` letters. The end is cut; where another name of the list begins with the same
 * 16 letters, the middle is, so that the part that differs stays.
 */
export function shortenNames(names: readonly string[], room: number): Map<string, string> {
  const starts = new Map<string, number>();
  for (const name of new Set(names)) {
    const start = name.slice(0, ALIKE);
    starts.set(start, (starts.get(start) ?? 0) + 1);
  }
  const shortened = new Map<string, string>();
  for (const name of names) {
    const alike = (starts.get(name.slice(0, ALIKE)) ?? 0) > 1;
    shortened.set(name, alike ? cutMiddle(name, room) : cutEnd(name, room));
  }
  return shortened;
}

function cutEnd(name: string, room: number): string {
  return name.length <= room ? name : name.slice(0, room - 1) + ELLIPSIS;
}

function cutMiddle(name: string, room: number): string {
  if (name.length <= room) return name;
  const tail = Math.ceil((room - 1) / 2);
  return name.slice(0, room - 1 - tail) + ELLIPSIS + name.slice(-tail);
}
