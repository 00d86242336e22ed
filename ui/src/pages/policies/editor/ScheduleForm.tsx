import { useId } from 'react';

import type { Fault } from '../../../backend/generated/Fault';
import { Button } from '../../../components/Button/Button';
import { Field } from '../../../components/Field/Field';
import { NumberField } from '../../../components/NumberField/NumberField';
import { Segmented } from '../../../components/Segmented/Segmented';
import { duration } from '../../../format/time';
import { faultAt } from './sections';
import type { EditedSchedule } from './schedules';

const KINDS = [
  { value: 'repeats', label: 'Comes back' },
  { value: 'once', label: 'Once' },
] as const;

/** Every value of one schedule. */
export function ScheduleForm({
  schedule,
  faults,
  place,
  onChange,
  onSettle,
  onRemove,
}: {
  schedule: EditedSchedule;
  faults: readonly Fault[];
  place: number;
  /** `moving` names what is typed: until it is left, that is one step. */
  onChange: (schedule: EditedSchedule, moving?: string) => void;
  onSettle: () => void;
  onRemove: () => void;
}) {
  const zones = useId();
  const fault = (field: string) => faultAt(faults, `schedules[${String(place)}].${field}`);
  const text = (field: 'name' | 'cron' | 'zone' | 'firstDay' | 'lastDay' | 'from' | 'to') => ({
    value: schedule[field],
    error: fault(field),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      onChange({ ...schedule, [field]: event.target.value }, field);
    },
    onBlur: onSettle,
  });
  const count = (field: 'minutes' | 'minInstances' | 'maxInstances') => ({
    value: schedule[field],
    error: fault(field),
    labelHidden: false,
    onChange: (value: number | null) => {
      onChange({ ...schedule, [field]: value }, field);
    },
    onSettle,
  });
  return (
    <div className="flex flex-col gap-2.5 pb-3 pl-5.5">
      <div className="flex items-end gap-3">
        <Field label="Schedule’s name" className="flex-1" maxLength={100} {...text('name')} />
        <Segmented
          label="When it holds"
          options={KINDS}
          value={schedule.kind}
          onChange={(kind) => {
            onChange({ ...schedule, kind });
          }}
        />
      </div>
      {schedule.kind === 'repeats' ? (
        <>
          <div className="flex items-start gap-3">
            <Field label="Begins at (cron: minute hour day month weekday)" className="flex-1 [&_input]:font-mono" {...text('cron')} />
            <NumberField label={lengthLabel(schedule.minutes)} className="w-28" unit="min" {...count('minutes')} />
          </div>
          <div className="flex items-start gap-3">
            <Field label="First day, if any" type="date" className="flex-1" {...text('firstDay')} />
            <Field label="Last day, if any" type="date" className="flex-1" {...text('lastDay')} />
          </div>
        </>
      ) : (
        <div className="flex items-start gap-3">
          <Field label="From" type="datetime-local" className="flex-1" {...text('from')} />
          <Field label="To" type="datetime-local" className="flex-1" {...text('to')} />
        </div>
      )}
      <div className="flex items-start gap-3">
        <Field label="Time zone" list={zones} className="flex-1" {...text('zone')} />
        <datalist id={zones}>
          {Intl.supportedValuesOf('timeZone').map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <NumberField label="Min" className="w-20" {...count('minInstances')} />
        <NumberField label="Max" className="w-20" {...count('maxInstances')} />
      </div>
      <div className="flex items-center justify-between gap-3">
        <span className="text-caption text-text-3">A bound that is left empty stays the policy’s own.</span>
        <Button kind="danger" onClick={onRemove}>
          Remove schedule
        </Button>
      </div>
    </div>
  );
}

function lengthLabel(minutes: number | null): string {
  return minutes !== null && minutes >= 60 ? `Lasts (${duration(minutes * 60)})` : 'Lasts';
}
