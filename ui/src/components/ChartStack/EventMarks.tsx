import { counted } from '../../format/number';
import { clock } from '../../format/time';
import { StateIcon } from '../StateIcon/StateIcon';
import { Tooltip } from '../Tooltip/Tooltip';
import { EVENTS_HEIGHT, type StackLayout } from './layout';
import { MOST_EVENTS } from './Plot';
import type { ChartEvent } from './rows';

/** An icon alone needs this much. */
const ICON_ROOM = 15;
/** Icon and "4→5" need this much. */
const LABEL_ROOM = 52;

/** Icon and counts over each hairline; the nearer they stand, the less is said. Many become a count. */
export function EventMarks({
  events,
  layout,
  onEvent,
}: {
  events: readonly ChartEvent[];
  layout: StackLayout;
  onEvent: (id: string) => void;
}) {
  if (events.length > MOST_EVENTS) {
    return (
      <div className="absolute right-13 text-caption leading-[22px] text-text-2" style={{ height: EVENTS_HEIGHT }}>
        {counted(events.length, 'change')}, zoom in to see each
      </div>
    );
  }
  return (
    <div
      className="absolute top-0"
      style={{ left: layout.left, width: layout.plot, height: EVENTS_HEIGHT }}
    >
      {marks(events, layout).map(({ event, x, said, flip }) => (
        <Tooltip key={event.id} content={`${clock(new Date(event.at))}: ${event.words}`} side="top">
          <button
            type="button"
            aria-label={`${clock(new Date(event.at))}, ${event.label}: ${event.words}`}
            onClick={() => { onEvent(event.id); }}
            className={`absolute top-0 z-10 flex h-[22px] min-w-3 items-center gap-1 rounded-cap text-caption whitespace-nowrap text-text-2 hover:text-text ${flip ? 'flex-row-reverse' : ''}`}
            style={flip ? { right: layout.plot - x - 6 } : { left: x - 6 }}
          >
            {said !== 'nothing' && <StateIcon name={event.icon} />}
            {said === 'all' && <span>{event.label}</span>}
          </button>
        </Tooltip>
      ))}
    </div>
  );
}

interface EventMark {
  event: ChartEvent;
  x: number;
  said: 'all' | 'icon' | 'nothing';
  /** Written to the left of its hairline. */
  flip: boolean;
}

function marks(events: readonly ChartEvent[], layout: StackLayout): EventMark[] {
  let free = -Infinity;
  return events.map((event, index) => {
    const x = layout.x(event.at);
    const next = events[index + 1];
    const room = (next ? layout.x(next.at) : Infinity) - x;
    const flip = layout.plot - x < LABEL_ROOM - 6 && x - LABEL_ROOM > free;
    const mark: EventMark = { event, x, flip, said: 'nothing' };
    if (x - 6 < free) return mark;
    mark.said = flip || (room >= LABEL_ROOM && layout.plot + 40 - x >= LABEL_ROOM) ? 'all' : 'icon';
    free = x + (mark.said === 'all' && !flip ? LABEL_ROOM : ICON_ROOM) - 6;
    return mark;
  });
}
