import { useState } from 'react';

import { BackendError, errorWords } from '../../../backend/backend';
import type { PolicyDraft } from '../../../backend/generated/PolicyDraft';
import type { WhatIf } from '../../../backend/generated/WhatIf';
import { useQueryOperation } from '../../../backend/useOperation';

/**
 * What the draft would have done. One question is on its way at a time: once it is answered the newest draft is asked about, and those
 * between are never sent. So it redraws while a slider moves, as fast as the engine plays, and the last answer stays meanwhile.
 */
export function useWhatIf(deploymentId: string, draft: PolicyDraft, isReadable: boolean) {
  const [asked, setAsked] = useState(draft);
  const [last, setLast] = useState<WhatIf | null>(null);
  const query = useQueryOperation('play_policy', { deploymentId, draft: asked }, { enabled: isReadable });
  const isBehind = JSON.stringify(asked) !== JSON.stringify(draft);
  if (isBehind && isReadable && !query.isFetching) setAsked(draft);
  if (query.data && query.data !== last) setLast(query.data);
  // What is wrong with a draft is said at its fields.
  const isRefused = query.error instanceof BackendError && query.error.errors.length > 0;
  return {
    answer: query.data ?? last,
    failure: query.error && !isBehind && !isRefused ? errorWords(query.error) : null,
    isPlaying: isReadable && (query.isFetching || isBehind),
    again: () => {
      void query.refetch();
    },
  };
}
