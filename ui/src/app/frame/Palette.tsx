import { FlaskConical, Moon, Pause, Play, SquareTerminal, Sun, SunMoon, Trash2 } from 'lucide-react';
import { useNavigate } from 'react-router';

import { useQueryOperation } from '../../backend/useOperation';
import { CommandPalette, type PaletteCommand } from '../../components/CommandPalette/CommandPalette';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { LOOK_OF } from '../../components/scaling/deploymentState';
import { STATES } from '../../components/StateLabel/states';
import { ADD_COMMAND, removeAddress } from '../../pages/onboarding/addresses';
import { useStartSample } from '../../pages/onboarding/useOnboarding';
import { useThemeSetting } from '../../pages/settings/useSettings';
import { PLACES } from '../places';
import { useEngine } from './useEngine';

/** Ctrl+K: every place, every deployment, and what can be done from anywhere. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const commands = usePaletteCommands();
  return <CommandPalette open={open} onOpenChange={onOpenChange} commands={commands} />;
}

function usePaletteCommands(): PaletteCommand[] {
  const navigate = useNavigate();
  const overview = useQueryOperation('get_overview', {});
  const { state, pause, resume } = useEngine();
  const [, chooseTheme] = useThemeSetting();
  const startSample = useStartSample();
  const places = PLACES.map<PaletteCommand>(({ path, label, icon: Icon, letter }) => ({
    id: path,
    group: 'Places',
    label,
    hint: `G ${letter.toUpperCase()}`,
    icon: <Icon size={14} />,
    run: () => void navigate(path),
  }));
  const deployments = (overview.data?.deployments ?? []).map<PaletteCommand>((row) => ({
    id: row.id,
    group: 'Deployments',
    label: row.name,
    hint: row.stateWords,
    icon: <StateIcon name={STATES[LOOK_OF[row.state]].icon} />,
    run: () => void navigate(`/deployment/${encodeURIComponent(row.id)}`),
  }));
  const scaling: PaletteCommand = state.data?.paused
    ? { id: 'resume-all', group: 'Commands', label: 'Resume all scaling', icon: <Play size={14} />, run: () => { resume.mutate({}); } }
    : { id: 'pause-all', group: 'Commands', label: 'Pause all scaling', icon: <Pause size={14} />, run: () => { pause.mutate({}); } };
  const sample = overview.data?.deployments.find(({ isSample }) => isSample);
  const onboarding: PaletteCommand[] = [
    { id: 'add-command', group: 'Commands', label: 'Add deployment: run your own command', icon: <SquareTerminal size={14} />, run: () => void navigate(ADD_COMMAND) },
    sample
      ? { id: 'remove-sample', group: 'Commands', label: 'Remove the sample', icon: <Trash2 size={14} />, run: () => void navigate(removeAddress(sample.id)) }
      : { id: 'start-sample', group: 'Commands', label: 'Start the sample service', icon: <FlaskConical size={14} />, run: startSample.start },
  ];
  const themes: PaletteCommand[] = [
    { id: 'theme-light', group: 'Commands', label: 'Theme: light', icon: <Sun size={14} />, run: () => { chooseTheme('light'); } },
    { id: 'theme-dark', group: 'Commands', label: 'Theme: dark', icon: <Moon size={14} />, run: () => { chooseTheme('dark'); } },
    { id: 'theme-system', group: 'Commands', label: 'Theme: as the system', icon: <SunMoon size={14} />, run: () => { chooseTheme('system'); } },
  ];
  return [...places, ...deployments, scaling, ...onboarding, ...themes];
}
