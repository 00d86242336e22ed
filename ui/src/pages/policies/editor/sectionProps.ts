import type { EditedPolicy } from './draft';
import type { Remarks } from './sections';
import type { Change } from './usePolicyEditor';

/** What every part of the editor gets. */
export interface SectionProps {
  edited: EditedPolicy;
  /** The policy in force; nothing while there is none. */
  before: EditedPolicy | null;
  remarks: Remarks;
  change: Change;
  /** What was dragged or typed was let go. */
  settle: () => void;
}
