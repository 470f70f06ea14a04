// Starts the program and a browser for it.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Runs a verb of the program. @returns what it prints. */
export function run(program, ...args) {
  return execFileSync(program, args, { maxBuffer: 1 << 28 });
}

/** Starts a verb that says where it listens. @returns that address, and how to end it. */
export async function serve(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  process.on('exit', () => child.kill()); // whatever ends this script
  const address = await new Promise((found, failed) => {
    let printed = '';
    child.stdout.on('data', (bytes) => {
      printed += bytes;
      const match = /http:\/\/[^\s"',]+/.exec(printed);
      if (match) found(match[0].replace(/\/?$/, '/'));
    });
    child.on('exit', (code) => failed(new Error(`${program} ${args[0]} ended with ${code}: ${printed}`)));
    child.on('error', failed);
  });
  child.removeAllListeners('exit');
  const ended = new Promise((done) => child.on('exit', done));
  return {
    address,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Starts `PROGRAM explore` on a free port. */
export function explore(program, ...args) {
  return serve(program, ['explore', '--port', '0', ...args]);
}

export async function launch() {
  const path = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (!path) throw new Error('No Chromium: install it, or name it in CHROMIUM.');
  return chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
}
