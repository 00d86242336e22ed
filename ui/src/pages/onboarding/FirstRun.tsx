import { Play, SquareTerminal } from 'lucide-react';
import { useNavigate } from 'react-router';

import { useRefusals } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { ADD_COMMAND } from './addresses';
import { useStartSample } from './useOnboarding';

/** In place of deployments while there are none: two ways to begin. */
export function FirstRun() {
  const sample = useStartSample({ shownInPlace: true });
  const navigate = useNavigate();
  const refusal = useRefusals();
  return (
    <div className="flex flex-col gap-1 px-5 py-8">
      <h2 className="text-lead">Nothing runs here yet. Two ways to begin:</h2>
      <div className="grid max-w-220 gap-x-10 gap-y-7 pt-5 narrow:grid-cols-2">
        <Way
          title="See it scale now"
          action={
            <Button kind="primary" main icon={<Play size={14} />} disabledReason={refusal('add_sample')} busy={sample.isStarting} onClick={sample.start}>
              {sample.isStarting ? 'Starting the sample' : 'Start the sample service'}
            </Button>
          }
          failure={sample.failure}
        >
          <p>A small web service, as real processes on this machine, under a day of traffic that is played fast.</p>
          <ul className="flex list-disc flex-col gap-0.5 pl-4 text-reason text-text-3">
            <li>Each instance keeps to 0.1 of a CPU core. Its policy runs 1 to 8, so they use 0.8 of a core at most.</li>
            <li>It listens on 127.0.0.1 alone and sends nothing anywhere.</li>
            <li>Remove the sample, and its processes end.</li>
          </ul>
        </Way>
        <Way
          title="Scale your own"
          action={
            <Button main icon={<SquareTerminal size={14} />} disabledReason={refusal('add_local_deployment')} onClick={() => void navigate(ADD_COMMAND)}>
              Run your own command
            </Button>
          }
        >
          <p>Any program that serves on a port. Headroom starts as many as needed behind one address and measures them.</p>
          <code className="self-start rounded-cap bg-sunken px-2 py-1 font-mono text-caption">
            node server.js --port {'{port}'}
          </code>
        </Way>
      </div>
    </div>
  );
}

function Way({
  title,
  action,
  failure = null,
  children,
}: {
  title: string;
  action: React.ReactNode;
  failure?: string | null;
  children: React.ReactNode;
}) {
  return (
    <section aria-label={title} className="flex flex-col gap-2 border-t border-line pt-4 text-text-2">
      <h3 className="font-semibold text-text">{title}</h3>
      {children}
      <span className="pt-2">{action}</span>
      {failure !== null && (
        <p role="alert" className="flex gap-2 text-reason text-crit">
          <span className="flex h-4 items-center">
            <StateIcon name="crit" />
          </span>
          Not started. {failure}
        </p>
      )}
    </section>
  );
}
