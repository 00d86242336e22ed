import { Pause, Play } from 'lucide-react';

import { useRefusals } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { counted } from '../../format/number';

/** What can be done to all marked rows at once. */
export function MarkedBar({
  count,
  onPause,
  onResume,
  onClear,
}: {
  count: number;
  onPause: () => void;
  onResume: () => void;
  onClear: () => void;
}) {
  const refusal = useRefusals();
  return (
    <div role="toolbar" aria-label="Marked deployments" className="flex h-8 shrink-0 items-center gap-2 border-t border-line bg-selected px-5 text-reason">
      <span className="font-medium">{counted(count, 'deployment')} marked</span>
      <Button icon={<Pause size={12} />} disabledReason={refusal('pause_deployment')} onClick={onPause}>Pause</Button>
      <Button icon={<Play size={12} />} disabledReason={refusal('resume_deployment')} onClick={onResume}>Resume</Button>
      <Button kind="quiet" onClick={onClear}>Clear marks</Button>
    </div>
  );
}
