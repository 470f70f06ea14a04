// node e2e/operate.mjs PROGRAM [--screenshots FOLDER]: the console of a gateway in a real browser, with traffic.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch, run, serve } from './program.mjs';

const [named, flag, folder] = process.argv.slice(2);
if (!named || (flag && flag !== '--screenshots')) {
  console.error('Usage: node e2e/operate.mjs PROGRAM [--screenshots FOLDER]');
  process.exit(2);
}
const program = resolve(named);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'turnout-console-'));
const browser = await launch();
let failed = 0;

const kScenario = `[user]
value = 60
patience = [0.9, 0.9]
[provider]
churn_penalty = 0.5
[[model]]
name = "mini"
success = 0.6
latency = 3
cost = 0.01
[[model]]
name = "large"
success = 0.8
latency = 9
cost = 0.1
`;
const scenario = join(scratch, 'scenario.toml');
writeFileSync(scenario, kScenario);
const mock = await serve(program, ['mock-llm', scenario, '--speedup', '1e4', '--listen', '127.0.0.1:0']);

/** A gateway with a SQLite store in a folder of its own. */
class Gateway {
  constructor(name, { text, window = 600, more = '' }) {
    this.folder = join(scratch, name);
    mkdirSync(this.folder);
    this.config = (port) => `[listen]
port = ${port}
[store]
every_s = 0.2
[policy]
text = "${text}"
window_s = ${window}
[[upstream]]
name = "mock"
url = "${mock.address}v1"
key = "none"
[[model]]
name = "mini"
price = { input = 0, output = 33, as_of = "2026-11-01" }
upstream = "mock"
[[model]]
name = "large"
price = { input = 0, output = 333, as_of = "2026-11-01" }
upstream = "mock"
${more}`;
    this.port = 0;
  }
  async start() {
    writeFileSync(join(this.folder, 'turnout.toml'), this.config(this.port));
    this.process = await serve(program, ['serve', '-c', 'turnout.toml'], { cwd: this.folder });
    this.address = this.process.address;
    this.port = Number(new URL(this.address).port); // the same after a restart
    return this;
  }
  stop() {
    return this.process.stop();
  }
  /** One user's question, answered. @returns the task's id */
  async ask(words, headers = {}) {
    const response = await fetch(`${this.address}v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'turnout/auto', max_tokens: 100, messages: [{ role: 'user', content: words }] }),
    });
    assert.equal(response.status, 200);
    await response.text();
    return response.headers.get('x-turnout-task');
  }
  /** A proposal by hand, behind the page's back. */
  async propose(text) {
    const response = await fetch(`${this.address}v1/turnout/policies`, { method: 'POST', body: JSON.stringify({ text }) });
    assert.equal(response.status, 200);
  }
  async inForce() {
    return (await (await fetch(`${this.address}v1/turnout/policies`)).json()).in_force.text;
  }
}

/** Opens a view in a page of its own, and holds it to a console without complaints. */
async function open(gateway, hash = '', { complaints = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US', ...options });
  const page = await context.newPage();
  page.complaints = complaints;
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('request', (request) => {
    const { host } = new URL(request.url());
    if (host !== new URL(gateway.address).host) page.complaints.push(`asked ${request.url()}`);
  });
  await page.goto(`${gateway.address}console/${hash}`);
  return page;
}

const state = (page) => page.getByRole('status').first();
const live = (page) => state(page).getByText('Live.').waitFor();
const head = (page, name) => page.locator('.payoffs div', { hasText: name }).locator('dd');
const policies = (page) => page.locator('.policies');
const button = (page, name) => page.getByRole('button', { name, exact: true });

/** Waits until it holds, for as long as a test may take. */
async function until(holds, what) {
  for (const end = Date.now() + 20_000; !(await holds()); ) {
    assert.ok(Date.now() < end, `${what} did not come`);
    await new Promise((go) => setTimeout(go, 100));
  }
}

async function check(name, test) {
  try {
    await test();
    console.log(`ok      ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}

const gateway = await new Gateway('plain', { text: 'mini,mini,large' }).start();

await check('numbers move while one looks', async () => {
  const page = await open(gateway);
  await live(page);
  assert.equal(await head(page, 'Passes').innerText(), '0');
  assert.equal(await page.locator('header nav a[aria-current]').innerText(), 'Operate');
  for (let i = 0; i < 3; ++i) await gateway.ask('task 1: how many legs have seven spiders');
  await gateway.ask('task 2: where do snails go in winter');
  await until(async () => (await head(page, 'Passes').innerText()) === '4', 'the fourth pass');
  assert.equal(await head(page, 'Asked again').innerText(), '50%');
  const rows = page.locator('.counts tbody tr');
  assert.match(await rows.nth(0).innerText(), /^mini\s+2\s+1\s+0\s+0$/);
  assert.match(await rows.nth(1).innerText(), /^large\s+0\s+0\s+1\s+0$/);
  assert.match(await page.locator('.shares').innerText(), /a new task\s+50% \(2\)/);
  assert.match(await page.locator('.upstreams').innerText(), /mock gives answers\./);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

await check('the page is there within a second, and small', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes = [];
  page.on('requestfinished', (request) => request.url().includes('/console/') && sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize)));
  const start = Date.now();
  await page.goto(`${gateway.address}console/`);
  await live(page);
  const took = Date.now() - start;
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  console.log(`        ${took} ms to the first numbers, ${bytes} bytes of page`);
  assert.ok(took < 2000, `${took} ms`); // a second, and one for a busy machine
  assert.ok(bytes > 0 && bytes < 300_000, `${bytes} bytes`);
  await context.close();
});

await check('a proposal is approved and gone back from, each after a look at what changes', async () => {
  const page = await open(gateway);
  await live(page);
  await policies(page).getByText('Nothing is proposed.').waitFor();
  assert.equal(await button(page, 'Approve …').count(), 0);
  await gateway.propose('mini,large');
  await button(page, 'Approve …').click();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.innerText(), /mini,large \(number \d+\)[^]*in place of[^]*mini,mini,large \(number \d+\)/);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await gateway.inForce(), 'mini,mini,large');
  await button(page, 'Approve …').click();
  await button(page, 'Approve').click();
  await policies(page).getByText('Done: approve.').waitFor();
  assert.equal(await gateway.inForce(), 'mini,large');
  await button(page, 'Roll back …').click();
  assert.match(await dialog.innerText(), /mini,mini,large \(number 1\)/);
  await button(page, 'Roll back').click();
  await policies(page).getByText('Done: roll back.').waitFor();
  assert.equal(await gateway.inForce(), 'mini,mini,large');
  await page.getByText('History', { exact: true }).click();
  assert.match(await policies(page).locator('details table').innerText(), /mini,large\s+rolled back\s+operator/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

await check('what somebody else has changed meanwhile is not approved', async () => {
  const page = await open(gateway);
  await live(page);
  await gateway.propose('mini');
  await button(page, 'Approve …').click();
  await gateway.propose('large');
  await policies(page).locator('h3 + p', { hasText: /^large$/ }).waitFor(); // the page behind the question has the new one
  await button(page, 'Approve').click();
  await page.getByRole('alert').getByText('Somebody has changed the policies meanwhile').waitFor();
  assert.equal(await gateway.inForce(), 'mini,mini,large');
  assert.equal(page.complaints.filter((text) => !text.includes('412')).length, 0);
  await page.context().close();
});

await check('tasks are ladders with the rule and the reason, and each has a link', async () => {
  const page = await open(gateway, '#/tasks');
  await live(page);
  await page.locator('.tasks li h3').first().waitFor();
  const task = page.locator('.tasks > li', { hasText: 'Attempt 3' });
  assert.match(await task.innerText(), /large[^]*Certainly asked again[^]*the policy says so/i);
  const id = await gateway.ask('task 3: what do owls read');
  await page.locator('.tasks > li', { hasText: id }).waitFor();
  assert.ok((await page.locator('.tasks > li').first().innerText()).includes(id), 'the latest is the first');
  await page.getByRole('link', { name: id }).click();
  await page.getByText('If the user asks again: mini.').waitFor();
  assert.match(await page.evaluate(() => location.hash), /^#\/tasks\/t-/);
  const again = await open(gateway, await page.evaluate(() => location.hash));
  await again.getByText('If the user asks again: mini.').waitFor();
  assert.ok((await again.locator('h2').innerText()).includes(id));
  await gateway.ask('task 3: what do owls read');
  await again.getByText('If the user asks again: large.').waitFor();
  const gone = await open(gateway, '#/tasks/t-nothing');
  await gone.getByRole('alert').waitFor();
  assert.match(await gone.getByRole('alert').innerText(), /no open task/);
  assert.deepEqual(page.complaints, []);
  for (const one of [page, again, gone]) await one.context().close();
});

await check('the keyboard alone is enough', async () => {
  const page = await open(gateway);
  await live(page);
  await button(page, 'Approve …').waitFor();
  const seen = [];
  for (let i = 0; i < 40; ++i) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const e = document.activeElement;
      return { name: e.getAttribute('aria-label') ?? e.textContent?.trim() ?? '', outline: getComputedStyle(e).outlineStyle };
    });
    seen.push(focused);
    if (focused.name === 'Approve …') break;
  }
  assert.equal(seen[0].name, 'Skip to the content');
  assert.equal(seen.at(-1).name, 'Approve …');
  assert.ok(seen.every(({ outline }) => outline !== 'none'), JSON.stringify(seen));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await gateway.inForce(), 'mini,mini,large', 'who only presses Enter changes nothing');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Approve …', 'one is where one was');
  await page.context().close();
});

await check('much that is told by words alone is warned of, in words', async () => {
  const page = await open(gateway);
  await live(page);
  assert.equal(await page.locator('section .problem').count(), 0);
  const animals = ['owls', 'newts', 'bears', 'wasps', 'seals'];
  for (let i = 0; i < 25; ++i) await gateway.ask(`${animals[i % 5]} number ${i * 7919}: what of ${animals[(i * 3) % 5]} ${i ** 3}`, { 'x-turnout-conversation': 'c' });
  await page.getByText(/Of what users wrote, \d+(\.\d)?% was assigned to a task by its words alone/).waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

await check("numbers are written in the reader's locale", async () => {
  const page = await open(gateway, '', { locale: 'de-DE' });
  await live(page);
  assert.match(await head(page, 'Cost').innerText(), /^\d+,\d+\s\$$/);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 768, 1440]) {
    await check(`${width} px, ${colorScheme}: nothing sticks out, axe finds nothing`, async () => {
      const page = await open(gateway, '', { viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' });
      await live(page);
      await page.locator('.policies details').evaluate((details) => (details.open = true));
      await holds(page, width, `operate-${width}-${colorScheme}`);
      await button(page, 'Approve …').click();
      await holds(page, width, `question-${width}-${colorScheme}`);
      await page.keyboard.press('Escape');
      await page.locator('header nav a').nth(1).click();
      await page.locator('.tasks li h3').first().waitFor();
      await holds(page, width, `tasks-${width}-${colorScheme}`);
      await page.locator('.tasks li h3 a').first().click();
      await page.locator('.ladder').waitFor();
      await holds(page, width, `task-${width}-${colorScheme}`);
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });
  }
}

/** What a view has to be at every width and in every colour. */
async function holds(page, width, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= width, `${name} is ${wide} px wide`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${name} ${id}: ${nodes.map(({ html }) => html).join(' ')}`), []);
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: !name.startsWith('question') });
}

await check('after a restart the page connects again by itself, and says so meanwhile', async () => {
  const page = await open(gateway);
  await live(page);
  await gateway.stop();
  await state(page).getByText('Connection lost, trying again').waitFor();
  assert.equal(await page.locator('.operate.lost').count(), 1);
  await holds(page, 1440, 'lost');
  await gateway.start();
  await live(page);
  await until(async () => (await head(page, 'Passes').innerText()) === '0', 'a count from 0');
  await gateway.ask('task 9: and yet it moves');
  await until(async () => (await head(page, 'Passes').innerText()) === '1', 'the first pass');
  assert.equal(page.complaints.filter((text) => !/ERR_(CONNECTION|INCOMPLETE)/.test(text)).length, 0, page.complaints.join('\n'));
  await page.context().close();
});

await check('with keys it takes an operator’s, which the address never has', async () => {
  const made = ['ops', 'app'].map((name) => run(program, 'serve', '--new-key', name).toString().split('\n\n'));
  const entries = made.map(([, entry]) => entry.split('\n').slice(1).join('\n'));
  const locked = await new Gateway('locked', { text: 'mini', more: `${entries[0].trimEnd()}\nadmin = true\n${entries[1]}` }).start();
  const page = await open(locked);
  await page.getByRole('heading', { name: 'A key is needed' }).waitFor();
  await state(page).getByText('Read only: a key is needed.').waitFor();
  await page.getByText('Everybody may know the policy in force: mini').waitFor();
  assert.equal(await page.getByRole('button').count(), 1, 'nothing can be changed');
  await holds(page, 1440, 'key');
  for (const [key, says] of [['sk-turnout-x', 'does not know this key'], [made[1][0], 'admin = true']]) {
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(says).waitFor();
  }
  const id = await locked.ask('task 1: who may see this', { authorization: `Bearer ${made[1][0]}` });
  await page.evaluate((task) => (location.hash = `#/tasks/${task}`), id);
  await page.getByText('If the user asks again: mini.').waitFor(); // a task is its key's, whoever else may not see it
  await page.locator('header nav a').first().click();
  await page.getByLabel('Key', { exact: true }).fill(made[0][0]);
  await button(page, 'Use it').click();
  await live(page);
  await policies(page).locator('h3 + p', { hasText: /^mini$/ }).waitFor();
  await page.reload();
  await live(page);
  assert.deepEqual(await page.evaluate(() => [location.href.includes('sk-'), document.cookie, localStorage.length]), [false, '', 0]);
  await button(page, 'Forget the key').click();
  await page.getByRole('heading', { name: 'A key is needed' }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.equal(page.complaints.filter((text) => !/40[13]/.test(text)).length, 0, page.complaints.join('\n'));
  await page.context().close();
  await locked.stop();
});

await check('the loop looks when it is asked to, and its proposal is shown with what changes', async () => {
  const looping = await new Gateway('looping', {
    text: 'explore:1/large',
    window: 1,
    more: '[control]\nmode = "propose"\nevery_s = 1e6\npenalty_usd = 0.5\nlargest_step = 100\n',
  }).start();
  const page = await open(looping);
  await live(page);
  for (const [first, tasks] of [[1, 900], [2000, 5]]) { // the window of the 900 is over when the log goes on
    run(program, 'mock-users', scenario, '--gateway', looping.address.slice(0, -1), '--tasks', `${tasks}`, '--first', `${first}`, '--users', '16', '--speedup', '1e4', '--feedback', '0.1');
    await new Promise((go) => setTimeout(go, 1200));
  }
  await button(page, 'Look now …').click();
  assert.match(await page.getByRole('dialog').innerText(), /nothing changes without you/);
  await button(page, 'Look now').click();
  await button(page, 'Approve …').waitFor({ timeout: 120_000 }); // the loop has the lowest priority
  const differences = policies(page).getByRole('region', { name: 'What the log says of both policies' });
  assert.match(await differences.innerText(), /Cost of a task\s+\$[\d.]+ \(\$[\d.]+ to \$[\d.]+\)/);
  if (folder) {
    await page.setViewportSize({ width: 1200, height: 760 });
    await page.screenshot({ path: join(folder, 'loop.png') });
    await page.setViewportSize({ width: 360, height: 780 });
    await page.screenshot({ path: join(folder, 'loop-360.png') });
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await button(page, 'Approve …').click();
  assert.match(await page.getByRole('dialog').innerText(), /Cost of a task/);
  await button(page, 'Approve').click();
  await policies(page).getByText('Done: approve.').waitFor();
  assert.notEqual(await looping.inForce(), 'explore:1/large');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  await looping.stop();
});

await browser.close();
await gateway.stop();
await mock.stop();
rmSync(scratch, { recursive: true });
console.log(failed === 0 ? 'All is well.' : `${failed} failed.`);
process.exit(failed === 0 ? 0 : 1);
