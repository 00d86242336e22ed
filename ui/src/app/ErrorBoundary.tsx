import { Component, type ErrorInfo, type ReactNode } from 'react';

/** Keeps one broken view from taking the window with it. */
export class ErrorBoundary extends Component<
  { children: ReactNode; onError?: (error: Error, info: ErrorInfo) => void },
  { error: Error | null }
> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    this.props.onError?.(error, info);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div role="alert" className="mx-auto flex max-w-120 flex-col items-start gap-3 px-5 py-16">
        <h1 className="text-lead">This view stopped working</h1>
        <p className="text-body text-text-2">
          Scaling goes on in the background; only what is shown here is affected. Show it again, and
          if it stops again, report the line below.
        </p>
        <code className="max-w-full rounded-cap bg-sunken px-2 py-1 font-mono text-caption break-words">
          {error.message}
        </code>
        <button
          type="button"
          className="h-7 rounded-control border border-line-2 px-2.5 text-data font-medium hover:bg-hover"
          onClick={() => {
            this.setState({ error: null });
          }}
        >
          Show it again
        </button>
      </div>
    );
  }
}
