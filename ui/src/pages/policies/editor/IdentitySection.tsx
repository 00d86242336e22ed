import { Field } from '../../../components/Field/Field';
import { Switch } from '../../../components/Switch/Switch';
import { RemarkList } from './Remarks';
import { faultAt, inSection } from './sections';
import type { SectionProps } from './sectionProps';

/** What the policy is called, and whether it decides at all. */
export function IdentitySection({ edited, before, remarks, change, settle }: SectionProps) {
  const said = inSection(remarks, 'policy');
  return (
    <section aria-label="Policy" className="flex flex-col gap-1">
      <div className="flex items-start gap-3">
        <span aria-hidden="true" className="flex h-7 items-center font-semibold">
          Name
        </span>
        <Field
          label="Name"
          labelHidden
          className="flex-1"
          value={edited.name}
          maxLength={300}
          was={before && before.name !== edited.name ? `“${before.name}”` : null}
          error={faultAt(said.errors, 'name')}
          onChange={(event) => {
            change({ name: event.target.value }, 'name');
          }}
          onBlur={settle}
        />
        <span className="flex h-7 items-center gap-2 pl-1">
          <Switch
            label="Enabled"
            checked={edited.isEnabled}
            onChange={(isEnabled) => {
              change({ isEnabled });
            }}
          />
          <span className={edited.isEnabled ? '' : 'text-text-2'}>{edited.isEnabled ? 'Enabled' : 'Off'}</span>
        </span>
      </div>
      {!edited.isEnabled && (
        <p className="text-reason text-text-2">Off: it is kept, but decides nothing. Instances stay as they are.</p>
      )}
      <RemarkList remarks={said} shownAt={['name']} />
    </section>
  );
}
