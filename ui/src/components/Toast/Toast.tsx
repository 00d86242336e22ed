import { X } from 'lucide-react';
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { Button } from '../Button/Button';
import { StateIcon } from '../StateIcon/StateIcon';

/** A short message at the lower edge. */
export interface ToastMessage {
  tone: 'info' | 'warn' | 'crit';
  message: string;
  /** Takes it back. */
  undo?: () => void;
}

interface ShownToast extends ToastMessage {
  id: number;
  /** How many of the same kind came after the third. */
  count: number;
}

const SHOWN_FOR_MS = 6000;
/** More than these of one kind become a count. */
const MOST_OF_A_KIND = 3;

const Context = createContext<((message: ToastMessage) => void) | null>(null);

/** Shows a message for 6 s; it stays while the pointer is on it. */
export function useToast(): (message: ToastMessage) => void {
  const show = use(Context);
  if (!show) throw new Error('useToast needs a ToastProvider above it');
  return show;
}

/** Once around the app. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly ShownToast[]>([]);
  const nextId = useRef(0);
  const show = useCallback((message: ToastMessage) => {
    nextId.current += 1;
    const id = nextId.current;
    setToasts((shown) => stack(shown, { ...message, id, count: 1 }));
  }, []);
  const drop = useCallback((id: number) => {
    setToasts((shown) => shown.filter((toast) => toast.id !== id));
  }, []);
  const value = useMemo(() => show, [show]);
  return (
    <Context value={value}>
      {children}
      <div
        role="region"
        aria-label="Messages"
        aria-live="polite"
        className="pointer-events-none fixed right-5 bottom-5 z-50 flex flex-col items-end gap-2"
      >
        {toasts.map((toast) => (
          <OneToast key={toast.id} toast={toast} onDone={drop} />
        ))}
      </div>
    </Context>
  );
}

function OneToast({ toast, onDone }: { toast: ShownToast; onDone: (id: number) => void }) {
  const [held, setHeld] = useState(false);
  const { id, tone, message, undo, count } = toast;
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => {
      onDone(id);
    }, SHOWN_FOR_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [held, id, onDone, count]);
  return (
    <div
      role={tone === 'crit' ? 'alert' : 'status'}
      onPointerEnter={() => {
        setHeld(true);
      }}
      onPointerLeave={() => {
        setHeld(false);
      }}
      className="appear-panel pointer-events-auto flex w-90 max-w-[calc(100vw-2.5rem)] items-start gap-2.5 rounded-float border border-line bg-raised py-2.5 pr-2 pl-3.5 shadow-float"
    >
      <span className="flex h-5 items-center">
        {tone === 'info' ? (
          <StateIcon name="check" className="text-ok" />
        ) : (
          <StateIcon name={tone} className={tone === 'crit' ? 'text-crit' : 'text-warn'} />
        )}
      </span>
      <span className="min-w-0 flex-1 text-data break-words">
        {message}
        {count > 1 && <span className="text-text-3"> and {count - 1} more</span>}
      </span>
      {undo && (
        <Button
          kind="quiet"
          className="-my-1 text-accent"
          onClick={() => {
            undo();
            onDone(id);
          }}
        >
          Undo
        </Button>
      )}
      <Button
        kind="quiet"
        className="-my-1"
        aria-label="Dismiss"
        icon={<X size={14} />}
        onClick={() => {
          onDone(id);
        }}
      />
    </div>
  );
}

function stack(shown: readonly ShownToast[], next: ShownToast): readonly ShownToast[] {
  const alike = shown.filter((toast) => toast.tone === next.tone);
  const last = alike.at(-1);
  if (!last || alike.length < MOST_OF_A_KIND) return [...shown, next];
  return shown.map((toast) =>
    toast.id === last.id ? { ...next, id: last.id, count: last.count + 1 } : toast,
  );
}
