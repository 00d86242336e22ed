import { Download, FlaskConical, Info, Keyboard, Lock, LockOpen, Moon, Pause, Play, SquareTerminal, Sun, SunMoon, Trash2 } from 'lucide-react';
import { useNavigate } from 'react-router';

import { useQueryOperation } from '../../backend/useOperation';
import { CommandPalette, type PaletteCommand } from '../../components/CommandPalette/CommandPalette';
import { requestExport } from '../../components/DataTable/DataTable';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { LOOK_OF } from '../../components/scaling/deploymentState';
import { STATES } from '../../components/StateLabel/states';
import { ADD_COMMAND, removeAddress } from '../../pages/onboarding/addresses';
import { useStartSample } from '../../pages/onboarding/useOnboarding';
import { useThemeSetting } from '../../pages/settings/useSettings';
import { PLACES } from '../places';
import type { Shortcut } from '../shortcuts';
import { useEngine } from './useEngine';
import { useLock } from './useLock';

/** Ctrl+K: every place, every deployment, and what can be done from anywhere. */
export function Palette({
  open,
  onOpenChange,
  shortcuts,
  onHelp,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  shortcuts: readonly Shortcut[];
  /** Shows what the keys do. */
  onHelp: () => void;
}) {
  const commands = usePaletteCommands(shortcuts, onHelp);
  return <CommandPalette open={open} onOpenChange={onOpenChange} commands={commands} />;
}

function usePaletteCommands(shortcuts: readonly Shortcut[], onHelp: () => void): PaletteCommand[] {
  const keysOf = (id: string) => {
    const keys = shortcuts.find((shortcut) => shortcut.id === id)?.keys;
    return keys === undefined ? {} : { hint: keys };
  };
  const lock = useLock();
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
    ? { id: 'resume-all', group: 'Commands', label: 'Resume all scaling', ...keysOf('pause-all'), icon: <Play size={14} />, run: () => { resume.mutate({}); } }
    : { id: 'pause-all', group: 'Commands', label: 'Pause all scaling', ...keysOf('pause-all'), icon: <Pause size={14} />, run: () => { pause.mutate({}); } };
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
  const window: PaletteCommand[] = [
    { id: 'export', group: 'Commands', label: 'Export the table on this page', ...keysOf('export'), icon: <Download size={14} />, run: requestExport },
    lock.isLocked
      ? { id: 'unlock', group: 'Commands', label: 'Unlock the window', ...keysOf('lock'), icon: <LockOpen size={14} />, run: lock.toggle }
      : { id: 'lock', group: 'Commands', label: 'Lock the window: it only shows', ...keysOf('lock'), icon: <Lock size={14} />, run: lock.toggle },
    { id: 'about', group: 'Commands', label: 'About Headroom, and licenses', icon: <Info size={14} />, run: () => void navigate('/about') },
    { id: 'help', group: 'Commands', label: 'Keyboard shortcuts', ...keysOf('help'), icon: <Keyboard size={14} />, run: onHelp },
  ];
  return [...places, ...deployments, scaling, ...onboarding, ...window, ...themes];
}
