import type { PolicyView } from '../../../backend/generated/PolicyView';
import { Stepper } from '../../../components/Stepper/Stepper';
import { Switch } from '../../../components/Switch/Switch';
import { perHour } from '../../../format/money';
import { EditorSection } from './EditorSection';
import { RemarkList } from './Remarks';
import { faultAt, inSection } from './sections';
import type { SectionProps } from './sectionProps';

/** More are refused by the engine. */
const MOST_INSTANCES = 10_000;

/** Never fewer and never more, and what that costs. */
export function BoundsSection({
  edited,
  before,
  remarks,
  priced,
  change,
  settle,
}: SectionProps & {
  /** The newest answer that has a price. */
  priced: PolicyView | null;
}) {
  const said = inSection(remarks, 'bounds');
  const isPriced =
    priced?.minInstances === edited.minInstances && priced.maxInstances === edited.maxInstances;
  return (
    <EditorSection
      title="Bounds"
      aside={isPriced ? `${perHour(priced.priceAtMin)} to ${perHour(priced.priceAtMax)}` : null}
    >
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <Bound label="Min">
          <Stepper
            label="Minimum"
            value={edited.minInstances}
            min={edited.allowScaleToZero ? 0 : 1}
            max={MOST_INSTANCES}
            was={before?.minInstances ?? null}
            error={faultAt(said.errors, 'minInstances')}
            onChange={(minInstances) => {
              change({ minInstances });
            }}
          />
        </Bound>
        <Bound label="Max">
          <Stepper
            label="Maximum"
            value={edited.maxInstances}
            min={1}
            max={MOST_INSTANCES}
            was={before?.maxInstances ?? null}
            error={faultAt(said.errors, 'maxInstances')}
            onChange={(maxInstances) => {
              change({ maxInstances });
            }}
          />
        </Bound>
        <span className="flex h-7 items-center gap-2">
          <Switch
            label="Scale to zero"
            checked={edited.allowScaleToZero}
            onChange={(allowScaleToZero) => {
              change({ allowScaleToZero });
              settle();
            }}
          />
          <span className="text-text-2">may go to 0</span>
        </span>
      </div>
      <RemarkList remarks={said} shownAt={['minInstances', 'maxInstances']} />
    </EditorSection>
  );
}

function Bound({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex items-start gap-2">
      <span className="flex h-7 items-center text-text-2">{label}</span>
      {children}
    </div>
  );
}
