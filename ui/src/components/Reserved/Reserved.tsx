import { createContext, use, type ReactNode } from 'react';

const Context = createContext<string | null>(null);

/** Controls inside cannot be used and say why, as long as there is a reason. What they show stays in sight. */
export function Reserved({ reason, children }: { reason: string | null; children: ReactNode }) {
  const outside = use(Context);
  return <Context value={outside ?? reason}>{children}</Context>;
}

/** Why a control at this place cannot be used; nothing where it can. */
export function useReserved(): string | null {
  return use(Context);
}
