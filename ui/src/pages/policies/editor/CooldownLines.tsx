import { useId, useState } from 'react';

import { NumberField } from '../../../components/NumberField/NumberField';
import { Segmented } from '../../../components/Segmented/Segmented';
import { duration, shortDuration } from '../../../format/time';
import type { EditedPolicy, NumberKey } from './draft';
import { EditorLine, LineFault } from './EditorSection';
import { faultAt } from './sections';
import type { SectionProps } from './sectionProps';

const USUAL_SECONDS = [60, 180, 300];
const OTHER = { value: 'other', label: 'Other' };
const CHOICES = [
  ...USUAL_SECONDS.map((seconds) => ({ value: String(seconds), label: shortDuration(seconds) })),
  OTHER,
];

/** How long is waited after a change: the same both ways, or each way its own. */
export function CooldownLines(props: SectionProps) {
  const { edited, before, change } = props;
  const [typing, setTyping] = useState(false);
  const chosen = choiceOf(edited.cooldownPeriod);
  const other = typing || chosen === OTHER.value || faultAt(props.remarks.errors, 'cooldownPeriod') !== null;
  return (
    <EditorLine label="Cooldown">
      {!edited.perDirection && (
        <Segmented
          label="Cooldown"
          options={CHOICES}
          value={other ? OTHER.value : chosen}
          was={before && !before.perDirection ? choiceOf(before.cooldownPeriod) : null}
          onChange={(choice) => {
            setTyping(choice === OTHER.value);
            if (choice !== OTHER.value) change({ cooldownPeriod: Number(choice) });
          }}
        />
      )}
      {edited.perDirection && (
        <>
          <Direction>up</Direction>
          <Seconds {...props} field="scaleUpCooldown" label="Cooldown after scaling up" />
          <Direction>down</Direction>
          <Seconds {...props} field="scaleDownCooldown" label="Cooldown after scaling down" />
        </>
      )}
      <button
        type="button"
        className="-ml-1 inline-flex h-7 items-center rounded-control px-1 font-medium text-accent hover:bg-hover"
        onClick={() => {
          change(turned(edited));
        }}
      >
        {edited.perDirection ? 'Both ways' : 'Each way'}
      </button>
      {!edited.perDirection && other && (
        <div className="w-full pb-1">
          <Seconds {...props} field="cooldownPeriod" label="Cooldown in seconds" />
        </div>
      )}
    </EditorLine>
  );
}

function choiceOf(seconds: number | null): string {
  return seconds !== null && USUAL_SECONDS.includes(seconds) ? String(seconds) : OTHER.value;
}

/** Each direction begins with the common time. */
function turned({ perDirection, cooldownPeriod }: EditedPolicy): Partial<EditedPolicy> {
  return perDirection
    ? { perDirection: false }
    : { perDirection: true, scaleUpCooldown: cooldownPeriod, scaleDownCooldown: cooldownPeriod };
}

function Seconds({
  edited,
  before,
  remarks,
  change,
  settle,
  field,
  label,
}: SectionProps & { field: NumberKey; label: string }) {
  const id = useId();
  const was = before?.[field] ?? null;
  const fault = faultAt(remarks.errors, field);
  return (
    <>
      <NumberField
        label={label}
        className="w-20"
        invalid={fault !== null}
        describedBy={fault === null ? undefined : id}
        unit="s"
        value={edited[field]}
        was={was !== null && was !== edited[field] ? duration(was) : null}
        onChange={(value) => {
          change({ [field]: value }, field);
        }}
        onSettle={settle}
      />
      <LineFault id={id} message={fault} />
    </>
  );
}

function Direction({ children }: { children: string }) {
  return <span className="flex h-7 items-center text-reason text-text-2">{children}</span>;
}
