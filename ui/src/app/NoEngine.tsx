import { ErrorState } from '../components/EmptyState/EmptyState';

/** What a browser tab shows: the page alone has no engine behind it. */
export function NoEngine() {
  return (
    <ErrorState
      title="There is no engine behind this page"
      message="This page is the window of the Headroom app and works only inside it. Start the app with “make run”."
    />
  );
}
