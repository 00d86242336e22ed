import { Activity, Bell, Brackets, ChartLine, Coins, LayoutGrid, SlidersHorizontal, type LucideIcon } from 'lucide-react';

/** A place in the side bar. */
export interface Place {
  path: string;
  label: string;
  icon: LucideIcon;
  /** G and then this letter goes there. */
  letter: string;
}

/** Every place there is, in the order of the side bar. A page is one line here and one in `routes.tsx`. */
export const PLACES: readonly Place[] = [
  { path: '/overview', label: 'Overview', icon: LayoutGrid, letter: 'o' },
  { path: '/policies', label: 'Policies', icon: Brackets, letter: 'p' },
  { path: '/budgets', label: 'Budgets', icon: ChartLine, letter: 'b' },
  { path: '/costs', label: 'Costs', icon: Coins, letter: 'c' },
  { path: '/alerts', label: 'Alerts', icon: Bell, letter: 'l' },
  { path: '/activity', label: 'Activity', icon: Activity, letter: 'a' },
  { path: '/settings', label: 'Settings', icon: SlidersHorizontal, letter: 's' },
];
