import { BandEditor } from './BandEditor';
import { EditorSection } from './EditorSection';
import { RemarkList } from './Remarks';
import { inSection } from './sections';
import type { SectionProps } from './sectionProps';
import type { EditedPolicy } from './draft';

/** Between which scores nothing is changed. */
export function BandSection({
  edited,
  before,
  remarks,
  score,
  start,
  change,
  settle,
}: SectionProps & { score: number | null; start: EditedPolicy }) {
  return (
    <EditorSection title="Band" aside="score, the same in every policy">
      <BandEditor
        value={thresholds(edited)}
        was={before && thresholds(before)}
        scale={thresholds(before ?? start)}
        score={score}
        onChange={({ down, up }) => {
          change({ scaleDownThreshold: down, scaleUpThreshold: up }, 'band');
        }}
        onSettle={settle}
      />
      <RemarkList remarks={inSection(remarks, 'band')} />
    </EditorSection>
  );
}

function thresholds({ scaleDownThreshold, scaleUpThreshold }: EditedPolicy) {
  return { down: scaleDownThreshold, up: scaleUpThreshold };
}
