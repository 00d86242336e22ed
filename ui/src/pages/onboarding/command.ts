/** A command line as a program gets it: its arguments, and what a person should know about them. */
export interface Command {
  argv: readonly string[];
  /** Why it cannot be run as it stands. */
  fault: string | null;
  /** What a shell would have done and nothing does here. */
  notice: string | null;
}

/** Where the instance's port goes. */
export const PORT = '{port}';
const SHELL_WORDS = new Set(['|', '||', '&', '&&', ';', '>', '>>', '<', '2>', '2>&1']);

/**
 * Cuts one line into arguments at its spaces. "…" and '…' keep spaces together; a backslash keeps a space, a quote or a backslash as it
 * is, and is itself before anything else (C:\tools). Nothing is expanded: no shell runs it.
 */
export function parseCommand(line: string): Command {
  const { argv, open } = cut(line);
  return { argv, fault: faultOf(argv, open), notice: noticeOf(argv) };
}

function cut(line: string): { argv: string[]; open: string | null } {
  const argv: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    const next = line.charAt(at + 1);
    if (letter === '\\' && quote !== "'" && isEscaped(next, quote)) {
      word = (word ?? '') + next;
      at += 1;
    } else if (quote !== null) {
      if (letter === quote) quote = null;
      else word = (word ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== null) argv.push(word);
      word = null;
    } else {
      word = (word ?? '') + letter;
    }
  }
  if (word !== null) argv.push(word);
  return { argv, open: quote };
}

function isEscaped(next: string, quote: string | null): boolean {
  if (next === '') return false;
  return quote === '"' ? '"\\'.includes(next) : ' "\'\\'.includes(next);
}

function faultOf(argv: readonly string[], open: string | null): string | null {
  if (open !== null) return `Close the quote: a ${open} is missing.`;
  if (argv.length === 0) return 'Type the command that starts one instance.';
  if (argv[0] === '') return 'The first word is empty; it must name the program.';
  if (!argv.some((argument) => argument.includes(PORT))) {
    return `Write ${PORT} where the instance’s port goes, as in “--port ${PORT}”: each instance gets its own.`;
  }
  return null;
}

function noticeOf(argv: readonly string[]): string | null {
  const word = argv.find((argument) => SHELL_WORDS.has(argument) || /^\$\w|\$\{|\$\(|`/.test(argument));
  return word === undefined
    ? null
    : `No shell runs this: the program gets “${word}” as it is written.`;
}
