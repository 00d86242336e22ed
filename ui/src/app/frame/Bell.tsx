import { Bell as BellIcon } from 'lucide-react';
import { Link } from 'react-router';

import type { NotificationTells } from '../../backend/generated/NotificationTells';
import type { NotificationView } from '../../backend/generated/NotificationView';
import { useNow } from '../../components/clock/useNow';
import { Popover, PopoverClose } from '../../components/Popover/Popover';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { number } from '../../format/number';
import { when } from '../../format/time';
import { useAlertToasts, useNotifications } from './useNotifications';

/** The notification centre: what was told, also while the window was closed. */
export function Bell() {
  const { page, unread, markRead } = useNotifications();
  useAlertToasts();
  return (
    <Popover
      label="Notifications"
      onOpenChange={(open) => {
        if (!open) markRead();
      }}
      trigger={
        <button
          type="button"
          aria-label={`Notifications, ${unread > 0 ? `${number(unread)} new` : 'none new'}`}
          className="flex h-7 items-center gap-1.5 rounded-control px-2 text-text-2 transition-colors duration-[80ms] hover:bg-sunken hover:text-text"
        >
          <BellIcon size={14} aria-hidden="true" />
          {unread > 0 && (
            <span aria-hidden="true" className="font-medium text-accent">
              {unread}
            </span>
          )}
        </button>
      }
    >
      <div className="flex items-baseline justify-between pb-2">
        <h2 className="text-data font-semibold">Notifications</h2>
        <PopoverClose asChild>
          <Link to="/alerts" className="text-reason text-accent hover:underline">
            All alerts
          </Link>
        </PopoverClose>
      </div>
      {page.isError ? (
        <p role="alert" className="text-crit">
          {page.error.message}
        </p>
      ) : !page.data ? (
        <Skeleton width="80%" />
      ) : page.data.notifications.length === 0 ? (
        <p className="text-text-2">Nothing was told yet. What needs a person appears here and on the desktop.</p>
      ) : (
        <ul className="-mx-2 flex max-h-[60vh] flex-col overflow-y-auto">
          {page.data.notifications.map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </ul>
      )}
    </Popover>
  );
}

const CALM: Record<Exclude<NotificationTells, 'firing' | 'reminder'>, 'check' | 'hold'> = {
  resolved: 'check',
  test: 'hold',
};

function Item({ item }: { item: NotificationView }) {
  const now = useNow(60);
  const { tells } = item;
  return (
    <li>
      <PopoverClose asChild>
        <Link
          to={item.deploymentId === null ? '/alerts' : `/deployment/${encodeURIComponent(item.deploymentId)}`}
          className="flex gap-2 rounded-control px-2 py-1.5 hover:bg-hover"
        >
          <span className="flex h-5 items-center">
            {tells === 'firing' || tells === 'reminder' ? (
              <StateIcon name={item.isCritical ? 'crit' : 'warn'} className={item.isCritical ? 'text-crit' : 'text-warn'} />
            ) : (
              <StateIcon name={CALM[tells]} className="text-text-3" />
            )}
          </span>
          <span className="min-w-0 flex-1">
            <span className="flex justify-between gap-1.5">
              <span className={`line-clamp-2 ${item.isRead ? 'text-text-2' : 'font-medium'}`}>{item.title}</span>
              <span className="shrink-0 text-reason text-text-3">{when(new Date(item.createdAt), now)}</span>
            </span>
            <span className="line-clamp-3 text-reason text-text-2">{item.message}</span>
          </span>
        </Link>
      </PopoverClose>
    </li>
  );
}
