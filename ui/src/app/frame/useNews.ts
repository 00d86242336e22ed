import { useEffect, useState } from 'react';

import { useBackend } from '../../backend/BackendContext';
import { useToast } from '../../components/Toast/Toast';
import { fromTo } from '../../format/number';

/** Something that was done or failed while the window was open. */
export interface News {
  key: string;
  kind: 'up' | 'down' | 'failed';
  deploymentId: string;
  title: string;
  words: string;
  at: string;
}

/** The bell keeps no more than these. */
const MOST_NEWS = 50;

/** What happened since the window opened, newest first, and how much of it nobody looked at. */
export function useNews(): { news: readonly News[]; unread: number; markRead: () => void } {
  const backend = useBackend();
  const toast = useToast();
  const [news, setNews] = useState<readonly News[]>([]);
  const [unread, setUnread] = useState(0);
  useEffect(
    () =>
      backend.subscribe((event) => {
        if (event.event !== 'scaling:executed' && event.event !== 'scaling:manual' && event.event !== 'scaling:failed') return;
        const failed = event.event === 'scaling:failed';
        const item: News = {
          key: `${event.deploymentId} ${event.at}`,
          kind: failed ? 'failed' : event.toInstances < event.fromInstances ? 'down' : 'up',
          deploymentId: event.deploymentId,
          title: failed
            ? event.deploymentName
            : `${event.deploymentName} ${fromTo(event.fromInstances, event.toInstances)}`,
          words: failed ? event.message : event.reason,
          at: event.at,
        };
        setNews((known) =>
          [item, ...known.filter(({ key }) => key !== item.key)].slice(0, MOST_NEWS),
        );
        setUnread((count) => Math.min(count + 1, MOST_NEWS));
        if (failed) toast({ tone: 'crit', message: `${item.title}: ${item.words}` });
      }),
    [backend, toast],
  );
  return {
    news,
    unread,
    markRead: () => {
      setUnread(0);
    },
  };
}
