import { useCommand, useQueryOperation } from '../../backend/useOperation';
import type { DeploymentRow } from '../../backend/generated/DeploymentRow';
import { useToast } from '../../components/Toast/Toast';
import { counted } from '../../format/number';

/** The newest decisions beside the table. */
const LATEST = 30;

/** The fleet, its latest decisions, and what can be done to a row of it. */
export function useOverview() {
  const overview = useQueryOperation('get_overview', {});
  const engine = useQueryOperation('get_engine_state', {});
  const decisions = useQueryOperation('list_decisions', { onlyNotable: true, limit: LATEST });
  const pause = useCommand('pause_deployment');
  const resume = useCommand('resume_deployment');
  const toast = useToast();

  const togglePause = (row: DeploymentRow) => {
    const input = { deploymentId: row.id };
    if (row.state === 'paused') {
      resume.mutate(input, {
        onSuccess: () => {
          toast({ tone: 'info', message: `Resumed ${row.name}.` });
        },
      });
      return;
    }
    pause.mutate(input, {
      onSuccess: () => {
        toast({
          tone: 'info',
          message: `Paused ${row.name}. Looking and recording go on.`,
          undo: () => {
            resume.mutate(input);
          },
        });
      },
    });
  };

  /** Pauses those that run, all of them with one word and one undo. */
  const pauseAll = async (rows: readonly DeploymentRow[]) => {
    const running = rows.filter((row) => row.state !== 'paused');
    await Promise.all(running.map((row) => pause.mutateAsync({ deploymentId: row.id })));
    toast({
      tone: 'info',
      message: `Paused ${counted(running.length, 'deployment')}. Looking and recording go on.`,
      undo: () => {
        for (const row of running) resume.mutate({ deploymentId: row.id });
      },
    });
  };
  const resumeAll = async (rows: readonly DeploymentRow[]) => {
    const paused = rows.filter((row) => row.state === 'paused');
    await Promise.all(paused.map((row) => resume.mutateAsync({ deploymentId: row.id })));
    toast({ tone: 'info', message: `Resumed ${counted(paused.length, 'deployment')}.` });
  };
  return { overview, engine, decisions, togglePause, pauseAll, resumeAll };
}
