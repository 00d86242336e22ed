import { useEffect, useState, type ReactNode } from 'react';

import { useQueryOperation } from '../../backend/useOperation';
import { chooseCurrency, useCurrency } from '../../format/money';
import { requestExport } from '../../components/DataTable/DataTable';
import { CheatSheet } from './CheatSheet';
import { Palette } from './Palette';
import { PausedBanner } from './PausedBanner';
import { SideBar } from './SideBar';
import { TitleBar } from './TitleBar';
import { useEngine } from './useEngine';
import { useGoTo } from './useGoTo';
import { useLinks } from './useLinks';
import { useLock } from './useLock';
import { useSaved } from './useSaved';
import { useShortcuts } from './useShortcuts';

/** The window around every page: title bar, side bar, palette. */
export function Frame({ children }: { children: ReactNode }) {
  const [searching, setSearching] = useState(false);
  useGoTo();
  const code = useQueryOperation('get_overview', {}).data?.currency;
  useEffect(() => {
    if (code) chooseCurrency(code);
  }, [code]);
  const currency = useCurrency();
  useLinks();
  useSaved();
  const [helping, setHelping] = useState(false);
  const lock = useLock();
  const { state, pause, resume } = useEngine();
  const shortcuts = useShortcuts({
    palette: () => { setSearching((open) => !open); },
    help: () => { setHelping((open) => !open); },
    'pause-all': () => { (state.data?.paused ? resume : pause).mutate({}); },
    lock: lock.toggle,
    export: requestExport,
  });
  return (
    <div className="flex h-full flex-col">
      <TitleBar
        onSearch={() => {
          setSearching(true);
        }}
      />
      <PausedBanner />
      <div className="flex min-h-0 flex-1">
        <SideBar />
        <main key={currency} className="min-w-0 flex-1 bg-surface">{children}</main>
      </div>
      <Palette
        open={searching}
        onOpenChange={setSearching}
        shortcuts={shortcuts}
        onHelp={() => { setHelping(true); }}
      />
      <CheatSheet open={helping} onOpenChange={setHelping} shortcuts={shortcuts} />
    </div>
  );
}
