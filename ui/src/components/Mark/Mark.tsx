/** The product's sign: two brackets, the marker, the room. */
export function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" className="shrink-0">
      <path d="M1 2H5V4H3V12H5V14H1Z" fill="var(--text)" />
      <path d="M15 2H11V4H13V12H11V14H15Z" fill="var(--text)" />
      <rect x="8" y="5" width="4" height="6" fill="var(--room)" />
      <rect x="6.5" y="4.5" width="2.5" height="7" rx="1" fill="var(--accent)" />
    </svg>
  );
}
