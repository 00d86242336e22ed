import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from 'react-router';

import type { DecisionPage } from '../../backend/generated/DecisionPage';
import { Button } from '../../components/Button/Button';
import { useNow } from '../../components/clock/useNow';
import { DecisionItem } from '../../components/DecisionItem/DecisionItem';
import { decisionLook } from '../../components/scaling/decisionLook';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { when } from '../../format/time';

/** What was decided last, held ones included, each with its whole reason. */
export function LatestDecisions({ decisions }: { decisions: UseQueryResult<DecisionPage> }) {
  const now = useNow(30);
  return (
    <section aria-label="Latest decisions" className="px-4 py-2">
      <div className="flex h-8 items-center justify-between pr-6 wide:pr-0">
        <h2 className="font-semibold">Latest decisions</h2>
        <Link to="/activity" className="rounded-cap text-reason font-medium text-accent hover:text-accent-hover">
          All activity
        </Link>
      </div>
      {decisions.isError ? (
        <div role="alert" className="flex flex-col items-start gap-2 py-2 text-reason text-text-2">
          {decisions.error.message}
          <Button onClick={() => void decisions.refetch()}>Read again</Button>
        </div>
      ) : !decisions.data ? (
        <div aria-busy="true" className="flex flex-col gap-3 py-3">
          {Array.from({ length: 6 }, (_, item) => (
            <div key={item} className="flex flex-col gap-1.5 border-b border-line pb-3">
              <Skeleton width="60%" />
              <Skeleton width="95%" height={10} />
            </div>
          ))}
        </div>
      ) : decisions.data.decisions.length === 0 ? (
        <p className="py-2 text-reason text-text-2">
          Nothing was moved or held back yet. Each decision appears here with its reason and price.
        </p>
      ) : (
        decisions.data.decisions.map((item) => {
          const look = decisionLook(item);
          return (
            <DecisionItem
              key={`${item.deploymentId} ${item.firstAt}`}
              icon={look.icon}
              tone={look.tone}
              time={when(new Date(item.lastAt), now)}
              aside={look.aside}
              title={
                <Link to={`/deployment/${encodeURIComponent(item.deploymentId)}`} className="hover:underline">
                  {item.deploymentName}
                </Link>
              }
            >
              {item.reason}
            </DecisionItem>
          );
        })
      )}
    </section>
  );
}
