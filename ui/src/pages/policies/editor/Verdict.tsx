import { StateIcon } from '../../../components/StateIcon/StateIcon';
import { Skeleton } from '../../../components/Skeleton/Skeleton';
import { useNow } from '../../../components/clock/useNow';
import { counted } from '../../../format/number';
import { ago } from '../../../format/time';

/** What the draft would decide on the newest readings, as the engine words it. */
export function Verdict({
  wouldDecide,
  errors,
  isChecking,
  failure,
  readAt,
}: {
  /** Nothing while there is no answer. */
  wouldDecide: string | null;
  /** How many errors the draft has. */
  errors: number;
  isChecking: boolean;
  /** Why the engine did not answer. */
  failure: string | null;
  /** When the readings were taken; nothing before the first. */
  readAt: string | null;
}) {
  if (failure) {
    return (
      <Line icon={<StateIcon name="crit" className="text-crit" />} lead="The draft could not be checked." alert>
        {failure}
      </Line>
    );
  }
  if (errors > 0) {
    return (
      <Line
        icon={<StateIcon name="crit" className="text-crit" />}
        lead={`${counted(errors, 'error')} to mend before this can be saved.`}
      >
        Each stands at its field. The policy in force goes on deciding.
      </Line>
    );
  }
  if (wouldDecide === null) {
    return isChecking ? (
      <div className="flex flex-col gap-2 pl-5.5" aria-busy="true">
        <Skeleton width={280} height={16} />
        <Skeleton width={200} />
      </div>
    ) : (
      <Line icon={<StateIcon name="nodata" className="text-text-3" />} lead="Valid. There are no readings yet to decide on.">
        The first come with the next evaluation.
      </Line>
    );
  }
  return (
    <Line icon={<StateIcon name="check" className="text-ok" />} lead={wouldDecide}>
      What it would decide on the newest readings{readAt !== null && <Ago instant={readAt} />}. Nothing moves before it is saved.
    </Line>
  );
}

function Line({
  icon,
  lead,
  alert = false,
  children,
}: {
  icon: React.ReactNode;
  lead: string;
  alert?: boolean;
  children: React.ReactNode;
}) {
  return (
    <div className="flex gap-2.5" {...(alert ? { role: 'alert' } : {})}>
      <span className="flex h-5 items-center">{icon}</span>
      <div className="min-w-0" aria-live="polite">
        <p className="text-lead">{lead}</p>
        <p className="text-reason text-text-2">{children}</p>
      </div>
    </div>
  );
}

function Ago({ instant }: { instant: string }) {
  const now = useNow();
  return <>, {ago(new Date(instant), now)}</>;
}
