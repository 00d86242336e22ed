import type { DeploymentRow } from '../../backend/generated/DeploymentRow';
import type { DeploymentState } from '../../backend/generated/DeploymentState';

/** The rows whose name or tags hold the text and that have the tag. */
export function filterRows(
  rows: readonly DeploymentRow[],
  text: string,
  tag: string | null,
): DeploymentRow[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (tag === null || row.tags.includes(tag)) &&
      (wanted === '' ||
        row.name.toLowerCase().includes(wanted) ||
        row.tags.some((rowTag) => rowTag.toLowerCase().includes(wanted))),
  );
}

/** What needs a person, counted: failing, out of room, held back (by a cooldown or a budget), without data. */
export interface Attention {
  failing: number;
  outOfRoom: number;
  heldBack: number;
  noData: number;
}

/** Counts the rows that need a person. */
export function attentionOf(rows: readonly DeploymentRow[]): Attention {
  const count = (...states: DeploymentState[]) =>
    rows.filter((row) => states.includes(row.state)).length;
  return {
    failing: count('failing'),
    outOfRoom: count('at_max'),
    heldBack: count('held_back', 'guarded'),
    noData: count('no_data'),
  };
}
