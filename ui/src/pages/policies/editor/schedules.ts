import type { ScheduleDraft } from '../../../backend/generated/ScheduleDraft';
import { duration } from '../../../format/time';
import type { Change } from './changes';

/** A window of time with bounds of its own, while it is edited. */
export interface EditedSchedule {
  name: string;
  /** Comes back by a cron pattern, or is once. */
  kind: 'repeats' | 'once';
  cron: string;
  /** Nothing while what is typed is not a number. */
  minutes: number | null;
  firstDay: string;
  lastDay: string;
  from: string;
  to: string;
  zone: string;
  minInstances: number | null;
  maxInstances: number | null;
}

/** This machine's zone. */
export function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** A schedule to begin with: office hours, at least so many. */
export function newSchedule(minInstances: number): EditedSchedule {
  return {
    name: '',
    kind: 'repeats',
    cron: '0 8 * * 1-5',
    minutes: 600,
    firstDay: '',
    lastDay: '',
    from: '',
    to: '',
    zone: zoneHere(),
    minInstances,
    maxInstances: null,
  };
}

/** As the editor holds it. */
export function editedSchedule(draft: ScheduleDraft): EditedSchedule {
  return {
    name: draft.name ?? '',
    kind: draft.cron === undefined ? 'once' : 'repeats',
    cron: draft.cron ?? '',
    minutes: draft.minutes ?? null,
    firstDay: draft.firstDay ?? '',
    lastDay: draft.lastDay ?? '',
    from: draft.from ?? '',
    to: draft.to ?? '',
    zone: draft.zone ?? 'UTC',
    minInstances: draft.minInstances ?? null,
    maxInstances: draft.maxInstances ?? null,
  };
}

/** As the engine takes it. */
export function wireSchedule(edited: EditedSchedule): ScheduleDraft {
  const { kind, minutes, minInstances, maxInstances } = edited;
  return {
    name: edited.name,
    zone: edited.zone,
    ...(kind === 'once'
      ? { from: edited.from, to: edited.to }
      : {
          cron: edited.cron,
          ...(minutes === null ? {} : { minutes }),
          ...(edited.firstDay === '' ? {} : { firstDay: edited.firstDay }),
          ...(edited.lastDay === '' ? {} : { lastDay: edited.lastDay }),
        }),
    ...(minInstances === null ? {} : { minInstances }),
    ...(maxInstances === null ? {} : { maxInstances }),
  };
}

/** When it holds, as it is written. */
export function windowWords(schedule: EditedSchedule): string {
  return schedule.kind === 'once'
    ? `${schedule.from.replace('T', ' ')} to ${schedule.to.replace('T', ' ')}`
    : `${schedule.cron} for ${schedule.minutes === null ? 'no time' : duration(schedule.minutes * 60)}`;
}

/** The bounds that it sets. */
export function boundWords({ minInstances, maxInstances }: EditedSchedule): string {
  return [
    minInstances === null ? null : `min ${String(minInstances)}`,
    maxInstances === null ? null : `max ${String(maxInstances)}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** Schedules that came, went or changed; told apart by their names. */
export function scheduleChanges(before: readonly EditedSchedule[], now: readonly EditedSchedule[]): Change[] {
  const words = (schedule: EditedSchedule | undefined) =>
    schedule ? `${windowWords(schedule)}, ${schedule.zone}: ${boundWords(schedule)}` : 'none';
  const names = new Set([...before, ...now].map(({ name }) => name));
  const changes: Change[] = [];
  for (const name of names) {
    const [was, is] = [before, now].map((all) => all.filter((one) => one.name === name));
    const count = Math.max(was?.length ?? 0, is?.length ?? 0);
    for (let at = 0; at < count; at += 1) {
      if (JSON.stringify(was?.[at]) !== JSON.stringify(is?.[at])) {
        changes.push({ label: `Schedule ${name === '' ? 'without a name' : `“${name}”`}`, was: words(was?.[at]), now: words(is?.[at]) });
      }
    }
  }
  return changes;
}
