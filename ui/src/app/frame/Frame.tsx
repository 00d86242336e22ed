import { useEffect, useState, type ReactNode } from 'react';

import { useQueryOperation } from '../../backend/useOperation';
import { chooseCurrency, useCurrency } from '../../format/money';
import { Palette } from './Palette';
import { PausedBanner } from './PausedBanner';
import { SideBar } from './SideBar';
import { TitleBar } from './TitleBar';
import { useGoTo } from './useGoTo';
import { useLinks } from './useLinks';

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
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setSearching((open) => !open);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
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
      <Palette open={searching} onOpenChange={setSearching} />
    </div>
  );
}
