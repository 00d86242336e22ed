import { describe, expect, it } from 'vitest';

import { parseCommand } from './command';

describe('a command line', () => {
  it.each([
    ['is cut at spaces', 'node server.js  --port {port}', ['node', 'server.js', '--port', '{port}']],
    ['keeps quoted spaces', `python -m "my app" 'it is' {port}`, ['python', '-m', 'my app', 'it is', '{port}']],
    ['joins what touches', `--name="a b"c {port}`, ['--name=a bc', '{port}']],
    ['keeps an empty argument', `run "" {port}`, ['run', '', '{port}']],
    ['keeps an escaped space', 'my\\ app {port}', ['my app', '{port}']],
    ['keeps an escaped quote', 'say "a \\"b\\"" {port}', ['say', 'a "b"', '{port}']],
    ['leaves the folders of Windows alone', 'C:\\tools\\srv.exe {port}', ['C:\\tools\\srv.exe', '{port}']],
    ['takes single quotes as they are', `'a\\b' {port}`, ['a\\b', '{port}']],
    ['may name the port inside an argument', 'srv --listen=127.0.0.1:{port}', ['srv', '--listen=127.0.0.1:{port}']],
  ])('%s', (_name, line, argv) => {
    expect(parseCommand(line)).toEqual({ argv, fault: null, notice: null });
  });

  it.each([
    ['nothing', '   ', 'Type the command that starts one instance.'],
    ['an open quote', 'node "server {port}', 'Close the quote: a " is missing.'],
    ['no port', 'node server.js', 'Write {port} where the instance’s port goes, as in “--port {port}”: each instance gets its own.'],
    ['an empty program', '"" {port}', 'The first word is empty; it must name the program.'],
  ])('with %s says what to do', (_name, line, fault) => {
    expect(parseCommand(line).fault).toBe(fault);
  });

  it.each([
    ['a pipe', 'srv {port} | tee log', '|'],
    ['a variable', 'srv {port} $HOME/x', '$HOME/x'],
    ['a redirection', 'srv {port} > log', '>'],
  ])('says of %s that no shell runs it', (_name, line, word) => {
    expect(parseCommand(line).notice).toBe(`No shell runs this: the program gets “${word}” as it is written.`);
  });
});
