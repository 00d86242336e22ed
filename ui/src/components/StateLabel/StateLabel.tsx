import { StateIcon } from '../StateIcon/StateIcon';
import { STATES, type State } from './states';

/** Icon and word of a state. `words` replaces the state's own where something more exact is known ("At max"). */
export function StateLabel({ state, words }: { state: State; words?: string }) {
  const look = STATES[state];
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 text-data">
      <StateIcon name={look.icon} className={look.tone} />
      <span className={`truncate ${look.needsPerson ? `font-medium ${look.tone}` : 'text-text-2'}`}>
        {words ?? look.words}
      </span>
    </span>
  );
}
