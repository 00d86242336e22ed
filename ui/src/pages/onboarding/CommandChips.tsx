import { PORT } from './command';

/** The arguments as the program gets them, one chip each; an empty one is seen as such. */
export function CommandChips({ argv }: { argv: readonly string[] }) {
  if (argv.length === 0) {
    return (
      <p className="text-caption text-text-3">
        No shell runs it: each word is one argument, “…” keeps spaces together, {PORT} becomes the port.
      </p>
    );
  }
  return (
    <ol aria-label="Arguments" className="flex flex-wrap gap-1">
      {argv.map((argument, place) => (
        <li
          // The same argument may come twice; its place tells it.
          key={place}
          className={`max-w-full truncate rounded-cap px-1.5 font-mono text-caption ${argument.includes(PORT) ? 'bg-accent-tint text-accent' : 'bg-sunken text-text-2'}`}
          title={argument}
        >
          {argument === '' ? 'empty' : argument}
        </li>
      ))}
    </ol>
  );
}
