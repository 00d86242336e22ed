import { useState } from 'react';

import type { EngineState } from '../../backend/generated/EngineState';
import { useRefusals } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { useNow } from '../../components/clock/useNow';
import { Field } from '../../components/Field/Field';
import { Popover, PopoverClose } from '../../components/Popover/Popover';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { StateIcon, type StateIconName } from '../../components/StateIcon/StateIcon';
import { counted } from '../../format/number';
import { ago } from '../../format/time';
import { useEngine } from './useEngine';

const MODES = {
  on: { icon: 'hold', tone: 'text-ok', words: 'Scaling is on' },
  paused: { icon: 'paused', tone: 'text-warn', words: 'Scaling is paused' },
  failing: { icon: 'crit', tone: 'text-crit', words: 'Scaling fails' },
} satisfies Record<EngineState['mode'], { icon: StateIconName; tone: string; words: string }>;

/** Whether scaling is on and when it last looked; pressed, it pauses or resumes everything. */
export function EngineFoot() {
  const { state } = useEngine();
  const now = useNow(1);
  if (state.isError) {
    return <p className="px-2 py-2 text-reason text-crit max-wide:sr-only">The engine does not run</p>;
  }
  if (!state.data) {
    return (
      <p className="px-2 py-2" aria-busy="true">
        <Skeleton width="100%" />
      </p>
    );
  }
  const engine = state.data;
  const look = MODES[engine.mode];
  const checked = engine.lastEvaluationAt
    ? `checked ${ago(new Date(engine.lastEvaluationAt), now)}`
    : 'not checked yet';
  return (
    <Popover
      side="right"
      align="start"
      label="Pause or resume all scaling"
      trigger={
        <button
          type="button"
          className="w-full rounded-control border-t border-line px-2 py-2 text-left text-reason text-text-2 transition-colors duration-[80ms] hover:bg-sunken"
        >
          <span className="flex items-center gap-2 text-data font-medium text-text max-wide:justify-center">
            <StateIcon name={look.icon} className={look.tone} />
            <span className="max-wide:sr-only">{look.words}</span>
          </span>
          <span className="block max-wide:sr-only">
            {counted(engine.deployments, 'deployment')}, {checked}
          </span>
        </button>
      }
    >
      <PauseAll engine={engine} />
    </Popover>
  );
}

function PauseAll({ engine }: { engine: EngineState }) {
  const { pause, resume } = useEngine();
  const [reason, setReason] = useState('');
  const refusal = useRefusals();
  if (engine.paused) {
    return (
      <>
        <p className="pb-3 text-text-2">
          Looking and recording go on, nothing is moved. Resuming lets every policy act again from its
          next evaluation.
        </p>
        <PopoverClose asChild>
          <Button kind="primary" busy={resume.isPending} disabledReason={refusal('resume_all')} onClick={() => { resume.mutate({}); }}>
            Resume all scaling
          </Button>
        </PopoverClose>
      </>
    );
  }
  return (
    <>
      {engine.problem && <p className="pb-3 text-crit">{engine.problem}</p>}
      <p className="pb-3 text-text-2">
        Pausing stops every policy from moving instances. Looking and recording go on, and orders by
        hand still work.
      </p>
      <Field
        label="Reason (may be left out)"
        value={reason}
        maxLength={500}
        onChange={(event) => { setReason(event.target.value); }}
        className="pb-3"
      />
      <PopoverClose asChild>
        <Button
          busy={pause.isPending}
          disabledReason={refusal('pause_all')}
          onClick={() => { pause.mutate(reason.trim() ? { reason: reason.trim() } : {}); }}
        >
          Pause all {counted(engine.deployments, 'deployment')}
        </Button>
      </PopoverClose>
    </>
  );
}
