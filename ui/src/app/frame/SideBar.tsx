import { Link, NavLink, useLocation } from 'react-router';

import { useQueryOperation } from '../../backend/useOperation';
import { HeadroomBand } from '../../components/HeadroomBand/HeadroomBand';
import { usePinned } from '../../components/scaling/usePinned';
import { Tooltip } from '../../components/Tooltip/Tooltip';
import { PLACES } from '../places';
import { EngineFoot } from './EngineFoot';

/** Where one can go: places, pinned deployments, and the engine's state at the foot. Icons alone under 1000 px. */
export function SideBar() {
  const { pathname } = useLocation();
  return (
    <nav
      aria-label="Places"
      className="flex w-[52px] shrink-0 flex-col border-r border-line bg-canvas p-2 wide:w-46"
    >
      <ul className="flex flex-col gap-0.5">
        {PLACES.map(({ path, label, icon: Icon, letter }) => (
          <li key={path}>
            <Tooltip content={`${label} (G ${letter.toUpperCase()})`} side="right">
              <Link
                to={path}
                aria-current={isHere(path, pathname) ? 'page' : undefined}
                className="flex h-7 items-center gap-2.5 rounded-control px-2 text-data font-medium text-text-2 transition-colors duration-[80ms] not-aria-[current=page]:hover:bg-sunken hover:text-text aria-[current=page]:bg-selected aria-[current=page]:text-text max-wide:justify-center aria-[current=page]:[&_svg]:text-accent"
              >
                <Icon size={16} aria-hidden="true" className="shrink-0" />
                <span className="max-wide:sr-only">{label}</span>
              </Link>
            </Tooltip>
          </li>
        ))}
      </ul>
      <Pinned />
      <div className="mt-auto">
        <EngineFoot />
      </div>
    </nav>
  );
}

/** A deployment belongs to the overview. */
function isHere(path: string, pathname: string): boolean {
  return pathname.startsWith(path) || (path === '/overview' && pathname.startsWith('/deployment/'));
}

function Pinned() {
  const [ids] = usePinned();
  const overview = useQueryOperation('get_overview', {});
  const rows = ids.flatMap((id) => overview.data?.deployments.find((row) => row.id === id) ?? []);
  if (rows.length === 0) return null;
  return (
    <section aria-label="Pinned deployments" className="mt-5 max-wide:hidden">
      <h2 className="px-2 pb-1 text-reason text-text-3">Pinned</h2>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <NavLink
              to={`/deployment/${encodeURIComponent(row.id)}`}
              title={row.name}
              className={({ isActive }) =>
                `flex h-7 items-center justify-between gap-2 rounded-control px-2 text-reason transition-colors duration-[80ms] ${isActive ? 'bg-selected font-medium text-text' : 'text-text-2 hover:bg-sunken hover:text-text'}`
              }
            >
              <span className="proportional truncate">{row.name}</span>
              {row.band && (
                <HeadroomBand
                  size="list"
                  score={row.band.score}
                  down={row.band.down}
                  up={row.band.up}
                  state={row.band.marker}
                  ghost={row.band.scoreWhenReady}
                  trafficToUp={row.band.trafficToUp}
                />
              )}
            </NavLink>
          </li>
        ))}
      </ul>
    </section>
  );
}
