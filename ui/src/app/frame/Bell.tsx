import { Bell as BellIcon } from 'lucide-react';
import { Link } from 'react-router';

import { useNow } from '../../components/clock/useNow';
import { Popover, PopoverClose } from '../../components/Popover/Popover';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { counted } from '../../format/number';
import { when } from '../../format/time';
import { useNews, type News } from './useNews';

/** What happened while the window was open. */
export function Bell() {
  const { news, unread, markRead } = useNews();
  const words = unread > 0 ? `${counted(unread, 'new message')}` : 'no new messages';
  return (
    <Popover
      label="What happened"
      onOpenChange={(open) => {
        if (!open) markRead();
      }}
      trigger={
        <button
          type="button"
          aria-label={`What happened, ${words}`}
          className="flex h-7 items-center gap-1.5 rounded-control px-2 text-text-2 transition-colors duration-[80ms] hover:bg-sunken hover:text-text"
        >
          <BellIcon size={14} aria-hidden="true" />
          {unread > 0 && <span aria-hidden="true">{unread}</span>}
        </button>
      }
    >
      <h2 className="pb-2 text-data font-semibold">Since the window opened</h2>
      {news.length === 0 ? (
        <p className="text-text-2">Nothing was scaled yet, and nothing failed.</p>
      ) : (
        <ul className="-mx-2 flex max-h-[60vh] flex-col overflow-y-auto">
          {news.map((item) => (
            <NewsItem key={item.key} item={item} />
          ))}
        </ul>
      )}
    </Popover>
  );
}

function NewsItem({ item }: { item: News }) {
  const now = useNow(60);
  return (
    <li>
      <PopoverClose asChild>
        <Link
          to={`/deployment/${encodeURIComponent(item.deploymentId)}`}
          className="flex gap-2 rounded-control px-2 py-1.5 hover:bg-hover"
        >
          <span className="flex h-5 items-center">
            {item.kind === 'failed' ? (
              <StateIcon name="crit" className="text-crit" />
            ) : (
              <StateIcon name={item.kind} className="text-text-2" />
            )}
          </span>
          <span className="min-w-0">
            <span className="flex gap-1.5">
              <span className="truncate font-medium">{item.title}</span>
              <span className="text-text-3">{when(new Date(item.at), now)}</span>
            </span>
            <span className="line-clamp-3 text-reason text-text-2">{item.words}</span>
          </span>
        </Link>
      </PopoverClose>
    </li>
  );
}
