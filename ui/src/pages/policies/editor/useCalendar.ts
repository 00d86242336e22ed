import { useState } from 'react';

import { errorWords } from '../../../backend/backend';
import { useBackend } from '../../../backend/BackendContext';
import type { CalendarImport } from '../../../backend/generated/CalendarImport';
import { editedSchedule, zoneHere, type EditedSchedule } from './schedules';

/** More is refused by the engine; a file that is larger is not even read into memory. */
const LARGEST_FILE_BYTES = 2_000_000;

/** Reads windows from a calendar's file. */
export function useCalendar(onFound: (schedules: EditedSchedule[]) => void) {
  const backend = useBackend();
  const [found, setFound] = useState<CalendarImport | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const read = async (file: File) => {
    setFound(null);
    setFailure(null);
    try {
      if (file.size > LARGEST_FILE_BYTES) {
        setFailure('The file is larger than 2 MB. Export only the calendar that the schedules are in.');
        return;
      }
      const answer = await backend.call('read_calendar', { text: await file.text(), zone: zoneHere() });
      setFound(answer);
      onFound(answer.schedules.map(editedSchedule));
    } catch (error) {
      setFailure(errorWords(error));
    }
  };
  return {
    found,
    failure,
    read: (file: File) => {
      void read(file);
    },
  };
}
