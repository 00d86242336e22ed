import { CalendarClock, ChevronDown, Plus } from 'lucide-react';
import { useRef, useState } from 'react';

import type { Firing } from '../../../backend/generated/Firing';
import type { ScheduleView } from '../../../backend/generated/ScheduleView';
import { useNow } from '../../../components/clock/useNow';
import { perHour } from '../../../format/money';
import { counted } from '../../../format/number';
import { range } from '../../../format/time';
import { EditorSection } from './EditorSection';
import { RemarkList } from './Remarks';
import { ScheduleForm } from './ScheduleForm';
import { boundWords, newSchedule, wireSchedule, windowWords, type EditedSchedule } from './schedules';
import { inSection } from './sections';
import type { SectionProps } from './sectionProps';
import { useCalendar } from './useCalendar';

const LINK = 'rounded-cap text-data font-medium text-accent hover:underline';

/** Windows of time in which the bounds are others: when, what holds then, and when next. */
export function SchedulesSection({
  edited,
  remarks,
  known,
  change,
  settle,
}: SectionProps & {
  /** Schedules as the engine last answered them. */
  known: readonly ScheduleView[];
}) {
  const [open, setOpen] = useState<number | null>(null);
  const { schedules } = edited;
  const said = inSection(remarks, 'schedules');
  const set = (next: readonly EditedSchedule[], moving?: string) => {
    change({ schedules: next }, moving);
  };
  const calendar = useCalendar((found) => {
    set([...schedules, ...found.map((one) => ({ ...one, minInstances: edited.minInstances }))]);
  });
  const file = useRef<HTMLInputElement>(null);
  return (
    <EditorSection title="Schedules" aside={schedules.length === 0 ? 'the bounds above hold at all times' : null}>
      {schedules.length > 0 && (
        <ul className="flex flex-col">
          {schedules.map((schedule, place) => {
            const faults = said.errors.filter(({ field }) => field.startsWith(`schedules[${String(place)}].`));
            return (
              <li key={place} className="flex flex-col border-t border-line first:border-t-0">
                <Row
                  schedule={schedule}
                  view={viewOf(schedule, known)}
                  isFaulty={faults.length > 0}
                  isOpen={open === place}
                  onToggle={() => {
                    setOpen(open === place ? null : place);
                  }}
                />
                {open === place && (
                  <ScheduleForm
                    schedule={schedule}
                    faults={faults}
                    place={place}
                    onChange={(next, moving) => {
                      set(schedules.with(place, next), moving && `schedule ${String(place)} ${moving}`);
                    }}
                    onSettle={settle}
                    onRemove={() => {
                      setOpen(null);
                      set(schedules.toSpliced(place, 1));
                    }}
                  />
                )}
              </li>
            );
          })}
        </ul>
      )}
      <div className="flex items-center gap-4">
        <button
          type="button"
          className={`${LINK} flex items-center gap-1`}
          onClick={() => {
            setOpen(schedules.length);
            set([...schedules, newSchedule(edited.minInstances)]);
          }}
        >
          <Plus size={14} aria-hidden="true" />
          Add schedule
        </button>
        <button
          type="button"
          className={LINK}
          onClick={() => {
            file.current?.click();
          }}
        >
          Import a calendar
        </button>
        <input
          ref={file}
          type="file"
          accept=".ics,text/calendar"
          aria-label="Calendar file"
          className="hidden"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            if (chosen) calendar.read(chosen);
            event.target.value = '';
          }}
        />
      </div>
      {calendar.failure && (
        <p role="alert" className="text-reason text-crit">
          {calendar.failure}
        </p>
      )}
      {calendar.found && (
        <div role="status" className="flex flex-col gap-1 text-reason text-text-2">
          <p>
            {counted(calendar.found.schedules.length, 'schedule')} from the calendar, each with the policy’s minimum. Set their bounds.
          </p>
          {calendar.found.leftOutCount > 0 && (
            <>
              <p>{counted(calendar.found.leftOutCount, 'event')} left out:</p>
              <ul className="max-h-28 overflow-y-auto">
                {calendar.found.leftOut.map(({ name, why }, place) => (
                  <li key={place}>
                    “{name}”: {why}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
      <RemarkList remarks={{ ...said, errors: said.errors.filter(({ field }) => field === 'schedules' || open === null) }} />
    </EditorSection>
  );
}

/** What the engine knows of a schedule, where it has seen just this one. */
function viewOf(schedule: EditedSchedule, known: readonly ScheduleView[]): ScheduleView | null {
  const wire = sorted(wireSchedule(schedule));
  return known.find(({ draft }) => sorted(draft) === wire) ?? null;
}

function sorted(draft: object): string {
  return JSON.stringify(Object.entries(draft).toSorted(([one], [other]) => one.localeCompare(other)));
}

function Row({
  schedule,
  view,
  isFaulty,
  isOpen,
  onToggle,
}: {
  schedule: EditedSchedule;
  view: ScheduleView | null;
  isFaulty: boolean;
  isOpen: boolean;
  onToggle: () => void;
}) {
  const name = schedule.name.trim() === '' ? 'No name' : schedule.name;
  const price = view?.priceAtMin ?? view?.priceAtMax ?? null;
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      aria-label={`${isOpen ? 'Close' : 'Edit'} schedule ${name}`}
      className="flex flex-col gap-0.5 rounded-cap py-1.5 text-left hover:bg-hover"
      onClick={onToggle}
    >
      <span className="flex items-center gap-2">
        <CalendarClock size={14} aria-hidden="true" className={isFaulty ? 'text-crit' : view?.running ? 'text-accent' : 'text-text-3'} />
        <span className="truncate font-medium">{name}</span>
        <span className="min-w-0 flex-1 truncate text-text-2">{view?.words ?? windowWords(schedule)}</span>
        <span className="shrink-0">{boundWords(schedule)}</span>
        <ChevronDown size={14} aria-hidden="true" className={`text-text-3 transition-transform ${isOpen ? 'rotate-180' : ''}`} />
      </span>
      <span className="flex gap-2 pl-5.5 text-reason text-text-3">
        <span className="min-w-0 flex-1">
          {view ? <NextWindows view={view} /> : isFaulty ? 'Not valid yet' : 'When next is being worked out'}
        </span>
        {price !== null && <span>{perHour(price)}</span>}
      </span>
    </button>
  );
}

/** When it holds, and when next; in this machine's zone. */
function NextWindows({ view }: { view: ScheduleView }) {
  const now = useNow();
  const words = ({ from, to }: Firing) => range(new Date(from), new Date(to), now);
  if (view.isOver) return <>Over: it never holds again</>;
  return (
    <span className="flex flex-col">
      {view.running && <span className="text-accent">Holds now, {words(view.running)}</span>}
      {view.next.map((firing) => (
        <span key={firing.from}>Next {words(firing)}</span>
      ))}
    </span>
  );
}
