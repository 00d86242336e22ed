/** The name of a key as it stands on it. */
export function KeyCap({ children }: { children: string }) {
  return (
    <kbd className="inline-flex h-[18px] items-center rounded-cap bg-sunken px-1.5 font-sans text-caption font-medium text-text-2">
      {children}
    </kbd>
  );
}
