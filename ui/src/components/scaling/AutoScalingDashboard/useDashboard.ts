import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';

import { useBackend } from '../../../backend/BackendContext';
import type { CostRange } from '../../../backend/generated/CostRange';
import type { PreviewManualScaling } from '../../../backend/generated/PreviewManualScaling';
import { useCommand, useQueryOperation } from '../../../backend/useOperation';
import type { TimeRange } from '../../ChartStack/rows';

/** Points that a line of this width can show. */
const POINTS = 360;
/** Events of one page of the history. */
const PAGE = 100;

/** One deployment as it stands, and the commands on it. */
export function useDeployment(deploymentId: string) {
  const status = useQueryOperation('get_scaling_status', { deploymentId });
  const pause = useCommand('pause_deployment');
  const resume = useCommand('resume_deployment');
  return { status, pause, resume };
}

/** What is shown of time: the last so many seconds, or a range that was zoomed into. */
export type ShownTime = { lastSeconds: number } | TimeRange;

/** Readings over time; the last ones are read again with every evaluation. */
export function useSeries(deploymentId: string, time: ShownTime) {
  const backend = useBackend();
  return useQuery({
    queryKey: ['get_series', { deploymentId }, time],
    queryFn: () => {
      const range = 'lastSeconds' in time ? last(time.lastSeconds) : time;
      return backend.call('get_series', {
        deploymentId,
        from: new Date(range.from).toISOString(),
        to: new Date(range.to).toISOString(),
        maxPoints: POINTS,
      });
    },
    placeholderData: keepPreviousData,
  });
}

/** The decision that was in force at an instant; nothing is asked while there is no instant. */
export function useDecisionAt(deploymentId: string, at: string | null) {
  return useQueryOperation('get_decision', { deploymentId, at: at ?? '' }, { enabled: at !== null });
}

/** What it has cost; the last answer stands while another range is read. */
export function useCosts(deploymentId: string, range: CostRange) {
  return useQueryOperation('get_costs', { deploymentId, range }, { keepPrevious: true });
}

/** What was done, page by page, newest first. */
export function useHistory(deploymentId: string) {
  const backend = useBackend();
  return useInfiniteQuery({
    queryKey: ['get_scaling_history', { deploymentId }],
    queryFn: ({ pageParam }) =>
      backend.call('get_scaling_history', {
        deploymentId,
        limit: PAGE,
        ...(pageParam === null ? {} : { before: pageParam }),
      }),
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** What an order would cost and give, anew with each keystroke; the last answer stands meanwhile. */
export function usePreview(input: PreviewManualScaling, enabled: boolean) {
  return useQueryOperation('preview_manual_scaling', input, { enabled, keepPrevious: true });
}

/** Orders by hand and their end. */
export function useManual() {
  return {
    scale: useCommand('scale_manually', { shownInPlace: true }),
    end: useCommand('end_override', { shownInPlace: true }),
  };
}

/** No cursor: the newest. */
function firstPage(): string | null {
  return null;
}

function last(seconds: number): TimeRange {
  const to = Date.now();
  return { from: to - seconds * 1000, to };
}
