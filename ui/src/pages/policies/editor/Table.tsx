import type { ReactNode } from 'react';

/** A small table of the editor: hairlines, figures at the right. */
export function Table({ label, children }: { label: string; children: ReactNode }) {
  return (
    <table aria-label={label} className="w-full border-collapse text-data">
      {children}
    </table>
  );
}

/** The name of a column. */
export function Head({ right = false, children }: { right?: boolean; children: ReactNode }) {
  return (
    <th
      scope="col"
      className={`border-b border-line py-1 text-caption font-medium whitespace-nowrap text-text-2 ${right ? 'pl-3 text-right' : 'text-left'}`}
    >
      {children}
    </th>
  );
}

/** One value. */
export function Cell({
  right = false,
  strong = false,
  quiet = false,
  children,
}: {
  right?: boolean;
  strong?: boolean;
  quiet?: boolean;
  children: ReactNode;
}) {
  return (
    <td
      className={`border-b border-line py-[3px] ${right ? 'pl-3 text-right' : ''} ${strong ? 'font-medium' : ''} ${quiet ? 'text-text-2' : ''}`}
    >
      {children}
    </td>
  );
}
