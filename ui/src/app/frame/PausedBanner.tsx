import { useRefusal } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { useNow } from '../../components/clock/useNow';
import { when } from '../../format/time';
import { useEngine } from './useEngine';

/** While everything is paused, or evaluations fail, every page says so. */
export function PausedBanner() {
  const { state, resume } = useEngine();
  const now = useNow(60);
  const refused = useRefusal('resume_all');
  const engine = state.data;
  if (!engine) return null;
  if (engine.mode === 'failing' && engine.problem) {
    return (
      <div role="alert" className="flex min-h-9 items-center gap-2 border-b border-line bg-crit-tint px-5 py-1.5">
        <StateIcon name="crit" className="text-crit" />
        <span>{engine.problem}</span>
      </div>
    );
  }
  if (!engine.paused) return null;
  const { by, at, reason } = engine.paused;
  return (
    <div role="status" className="flex min-h-9 items-center gap-2 border-b border-line bg-warn-tint px-5 py-1">
      <StateIcon name="paused" className="text-warn" />
      <span className="min-w-0 flex-1">
        <span className="font-medium">Scaling is paused.</span> Looking and recording go on. By {by},{' '}
        {when(new Date(at), now)}
        {reason && `: ${reason}`}
      </span>
      <Button
        busy={resume.isPending}
        disabledReason={refused}
        onClick={() => {
          resume.mutate({});
        }}
      >
        Resume scaling
      </Button>
    </div>
  );
}
