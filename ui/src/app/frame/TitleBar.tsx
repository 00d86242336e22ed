import { Copy, Lock, LockOpen, Minus, Search, X } from 'lucide-react';

import type { WindowControls } from '../../backend/backend';
import { useBackend } from '../../backend/BackendContext';
import type { EngineMode } from '../../backend/generated/EngineMode';
import { KeyCap } from '../../components/KeyCap/KeyCap';
import { Mark } from '../../components/Mark/Mark';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { Tooltip } from '../../components/Tooltip/Tooltip';
import { Bell } from './Bell';
import { useEngine } from './useEngine';
import { useLock } from './useLock';

/** The window's own title bar; what is empty in it moves the window. */
export function TitleBar({ onSearch }: { onSearch: () => void }) {
  const { window: controls } = useBackend();
  return (
    <header
      data-tauri-drag-region
      className="grid h-10 shrink-0 grid-cols-[52px_minmax(0,1fr)_auto] items-center border-b border-line bg-canvas wide:grid-cols-[1fr_minmax(0,340px)_1fr]"
    >
      <div data-tauri-drag-region className="flex items-center gap-2 pl-3.5 max-wide:justify-center max-wide:pl-0">
        <Mark />
        <span className="pointer-events-none text-data font-semibold max-wide:sr-only">Headroom</span>
      </div>
      <button
        type="button"
        onClick={onSearch}
        aria-keyshortcuts="Control+K"
        className="flex h-[26px] w-full max-w-85 items-center gap-2 rounded-control border border-ctl bg-surface px-2.5 text-data text-text-3 transition-colors duration-[80ms] hover:bg-hover"
      >
        <Search size={14} aria-hidden="true" />
        <span className="truncate">Search or run a command</span>
        <span className="ml-auto">
          <KeyCap>Ctrl K</KeyCap>
        </span>
      </button>
      <div data-tauri-drag-region className="flex h-full items-center justify-end gap-2 pl-3">
        <LockButton />
        <Connection />
        <Bell />
        {controls && <WindowButtons controls={controls} />}
      </div>
    </header>
  );
}

/** While it is closed, nothing is changed from this window. */
function LockButton() {
  const { isLocked, toggle } = useLock();
  return (
    <Tooltip content={isLocked ? 'Locked: this window only shows. Press to unlock.' : 'Lock: the window then only shows'}>
      <button
        type="button"
        aria-label="Lock the window"
        aria-pressed={isLocked}
        onClick={toggle}
        className="flex h-7 items-center gap-1.5 rounded-control px-2 text-text-2 transition-colors duration-[80ms] hover:bg-sunken hover:text-text aria-pressed:bg-warn-tint aria-pressed:text-warn"
      >
        {isLocked ? <Lock size={14} aria-hidden="true" /> : <LockOpen size={14} aria-hidden="true" />}
        {isLocked && <span className="max-wide:sr-only">Read-only</span>}
      </button>
    </Tooltip>
  );
}

const CONNECTION: Record<EngineMode, { words: string; icon: 'hold' | 'paused' | 'crit'; tone: string }> = {
  on: { words: 'Engine running', icon: 'hold', tone: 'text-ok' },
  paused: { words: 'Engine paused', icon: 'paused', tone: 'text-text-2' },
  failing: { words: 'Engine failing', icon: 'crit', tone: 'text-crit' },
};

function Connection() {
  const { state } = useEngine();
  if (state.isError) {
    return (
      <Tooltip content={state.error.message}>
        <span className="flex items-center gap-1.5 px-1.5 text-crit">
          <StateIcon name="crit" />
          Engine not reached
        </span>
      </Tooltip>
    );
  }
  if (!state.data) return null;
  const { words, icon, tone } = CONNECTION[state.data.mode];
  return (
    <Tooltip content={state.data.problem}>
      <span className="pointer-events-auto flex items-center gap-1.5 px-1.5 whitespace-nowrap text-text-2">
        <StateIcon name={icon} className={tone} />
        {words}
      </span>
    </Tooltip>
  );
}

function WindowButtons({ controls }: { controls: WindowControls }) {
  const buttons = [
    { label: 'Minimize', icon: <Minus size={14} />, press: () => { controls.minimize(); } },
    { label: 'Maximize', icon: <Copy size={12} className="-scale-x-100" />, press: () => { controls.toggleMaximize(); } },
    { label: 'Close', icon: <X size={14} />, press: () => { controls.close(); } },
  ];
  return (
    <div className="ml-1 flex h-full">
      {buttons.map(({ label, icon, press }) => (
        <button
          key={label}
          type="button"
          aria-label={label}
          onClick={press}
          className={`flex w-10 items-center justify-center text-text-2 transition-colors duration-[80ms] focus-visible:-outline-offset-2 ${label === 'Close' ? 'hover:bg-crit hover:text-surface' : 'hover:bg-sunken hover:text-text'}`}
        >
          {icon}
        </button>
      ))}
    </div>
  );
}
