// node e2e/all.mjs PROGRAM [--screenshots FOLDER]: the page in a real browser, against the program.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explore, launch, run } from './program.mjs';

const [program, flag, folder] = process.argv.slice(2);
if (!program || (flag && flag !== '--screenshots')) {
  console.error('Usage: node e2e/all.mjs PROGRAM [--screenshots FOLDER]');
  process.exit(2);
}
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kViews = ['#explore', '#explore?show=misalignment', '#plan', ...[1, 2, 3, 4, 5].map((step) => `#learn?step=${step}`)];

const { address, stop } = await explore(program);
const browser = await launch();
const scratch = mkdtempSync(join(tmpdir(), 'turnout-page-'));
let failed = 0;

/** Opens a view in a page of its own, and holds it to a console without complaints. */
async function open(hash, { complaints = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US', ...options });
  const page = await context.newPage();
  page.complaints = complaints;
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'blob:' && host !== new URL(address).host) page.complaints.push(`asked ${request.url()}`);
  });
  await page.goto(address + hash);
  await settle(page);
  return page;
}

/** Waits until nothing is asked any more. */
async function settle(page) {
  await page.waitForLoadState('networkidle');
  let last = '';
  for (let quiet = 0; quiet < 4; ) {
    await page.waitForTimeout(120);
    const now = await page.evaluate(() => location.hash + document.querySelector('main')?.innerText);
    quiet = now === last ? quiet + 1 : 0;
    last = now;
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

const verdict = (page) => page.locator('.verdict').first().innerText();
const payoffs = (page) => page.locator('.payoffs').first().innerText();
const field = (page, label) => page.locator('.game').getByLabel(label, { exact: true });
const point = (page) => page.getByRole('slider', { name: /This game on the map/ });

for (const hash of kViews) {
  await check(`${hash} opens without complaints`, async () => {
    const page = await open(hash);
    assert.ok((await page.locator('main').innerText()).length > 300);
    assert.equal(await page.locator('.problem').count(), 0);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}

await check('the page is there within a second, and small', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes = [];
  page.on('requestfinished', (request) => {
    if (!request.url().includes('/v1/')) sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  const start = Date.now();
  await page.goto(address);
  await page.locator('.verdict').waitFor();
  const took = Date.now() - start;
  await settle(page);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  console.log(`        ${took} ms to the first answer, ${bytes} bytes of page`);
  assert.ok(took < 2000, `${took} ms`); // a second, and one for a busy machine
  assert.ok(bytes < 300_000, `${bytes} bytes`);
  await context.close();
});

await check('numbers are those of the program', async () => {
  const page = await open('#explore?set=V%3D1.2&set=P%3D0.3');
  const text = await (await page.request.get(`${address}v1/explore/scenario?set=V%3D1.2&set=P%3D0.3`)).json();
  const file = join(scratch, 'scenario.toml');
  writeFileSync(file, text.toml);
  const solved = JSON.parse(run(program, 'solve', file, '--json'));
  const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', maximumSignificantDigits: 4 });
  assert.ok((await payoffs(page)).includes(money.format(solved.provider_cost)));
  assert.ok((await payoffs(page)).includes(money.format(solved.user_utility)));
  assert.ok((await verdict(page)).startsWith(solved.route));
  await page.context().close();
});

await check('dragging the point changes the numbers', async () => {
  const page = await open('#explore');
  const before = [await payoffs(page), await verdict(page)];
  const box = await point(page).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x - 30, box.y - 40, { steps: 6 });
  await page.mouse.move(box.x - 30, box.y - 90, { steps: 6 });
  await page.mouse.up();
  await settle(page);
  assert.notDeepEqual([await payoffs(page), await verdict(page)], before);
  assert.match(await page.evaluate(() => location.hash), /set=P%3D[\d.]+&set=c2%3D[\d.]+/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

await check('dragging a slider never has two maps asked for at once', async () => {
  const page = await open('#explore');
  let now = 0;
  let most = 0;
  let asked = 0;
  const isMap = (request) => request.url().includes('format=cells');
  page.on('request', (request) => isMap(request) && (most = Math.max(most, ++now), ++asked));
  page.on('requestfinished', (request) => isMap(request) && --now);
  page.on('requestfailed', (request) => isMap(request) && --now);
  const slider = page.locator('.game input[type=range]').first();
  const box = await slider.boundingBox();
  await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
  await page.mouse.down();
  for (let i = 0; i < 60; ++i) await page.mouse.move(box.x + box.width / 3 + i, box.y + box.height / 2);
  await page.mouse.up();
  await settle(page);
  console.log(`        ${asked} maps, at most ${most} at once`);
  assert.equal(most, 1);
  assert.ok(asked > 1);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

await check('a link restores the view', async () => {
  const page = await open('#explore');
  await field(page, 'Churn penalty P, $').fill('0.25');
  await page.getByLabel('To the right: which number').selectOption('t1');
  await page.getByLabel('The map shows').selectOption('misalignment');
  await settle(page);
  const again = await open(await page.evaluate(() => location.hash));
  assert.equal(await field(again, 'Churn penalty P, $').inputValue(), '0.25');
  assert.equal(await again.getByLabel('To the right: which number').inputValue(), 't1');
  assert.equal(await again.getByLabel('The map shows').inputValue(), 'misalignment');
  assert.equal(await again.locator('main').innerText(), await page.locator('main').innerText());
  await page.context().close();
  await again.context().close();
});

await check('a model of the catalogue takes the place of one, and the link holds it', async () => {
  const page = await open('#explore');
  const choice = page.getByLabel('Model 1 from measured ones');
  const name = await choice.locator('option').nth(5).innerText();
  await choice.selectOption({ index: 5 });
  await settle(page);
  assert.ok((await page.locator('.game legend').nth(2).innerText()).includes(name));
  assert.equal(await page.locator('.problem').count(), 0);
  const again = await open(await page.evaluate(() => location.hash));
  assert.equal(await payoffs(again), await payoffs(page));
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  await again.context().close();
});

await check('what is saved is what the program writes', async () => {
  const page = await open('#explore?set=P%3D0.3');
  const toml = await page.evaluate(async () => (await fetch(document.querySelector('.exports a[download="scenario.toml"]').href)).text()).catch(() => null);
  const file = join(scratch, 'saved.toml');
  if (toml === null) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'scenario.toml' }).click()]);
    await download.saveAs(file);
  } else {
    writeFileSync(file, toml);
  }
  assert.equal(JSON.parse(run(program, 'solve', file, '--json')).game.churn_penalty, 0.3);
  // PNG first: cairo keeps fonts as it first drew them in a process, and a PNG after an SVG has other
  // pixels in its letters.
  for (const format of ['png', 'svg', 'csv']) {
    const href = await page.locator(`.exports a[download="map.${format}"]`).getAttribute('href');
    const query = new URL(href, address).searchParams;
    const saved = await (await page.request.get(new URL(href, address).href)).body();
    const written = join(scratch, `map.${format}`);
    run(program, 'map', file, '--x', query.get('x'), '--y', query.get('y'), '--size', query.get('size'), '--show', query.get('show'), '-o', written);
    assert.ok(saved.equals(readFileSync(written)), format);
  }
  await page.context().close();
});

await check('a number that is none is refused in words', async () => {
  const page = await open('#explore');
  await field(page, 'Success p1').fill('1.5');
  await page.getByRole('alert').first().waitFor();
  assert.match(await page.getByRole('alert').first().innerText(), /1\.5.*\.$/s);
  await field(page, 'Success p1').fill('0.3');
  await settle(page);
  assert.equal(await page.locator('.problem').count(), 0);
  await page.context().close();
});

await check('a number may be typed, sign by sign', async () => {
  const page = await open('#explore');
  for (const typed of ['0.25', '0,125', '1e-1']) {
    await field(page, 'Churn penalty P, $').press('ControlOrMeta+a');
    await field(page, 'Churn penalty P, $').pressSequentially(typed, { delay: 60 });
    assert.equal(await field(page, 'Churn penalty P, $').inputValue(), typed);
    await settle(page);
    assert.equal(new URLSearchParams(await page.evaluate(() => location.hash.split('?')[1])).get('set'), `P=${Number(typed.replace(',', '.'))}`);
  }
  await field(page, 'Churn penalty P, $').fill('1x');
  assert.equal(await field(page, 'Churn penalty P, $').getAttribute('aria-invalid'), 'true');
  await page.keyboard.press('Tab');
  assert.equal(await field(page, 'Churn penalty P, $').inputValue(), '0.1');
  assert.deepEqual(page.complaints.filter((text) => !text.includes('400')), []);
  await page.context().close();
});

await check('the keyboard alone is enough', async () => {
  const page = await open('#explore');
  const seen = [];
  for (let i = 0; i < 80; ++i) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const e = document.activeElement;
      const outline = getComputedStyle(e).outlineStyle;
      return { name: e.getAttribute('aria-label') ?? e.textContent?.trim().slice(0, 40) ?? '', role: e.getAttribute('role'), tag: e.tagName, outline };
    });
    if (focused.tag === 'BODY') break;
    seen.push(focused);
    if (focused.role === 'slider') break;
  }
  assert.equal(seen[0].name, 'Skip to the content');
  assert.ok(seen.every(({ outline }) => outline !== 'none'), JSON.stringify(seen.filter(({ outline }) => outline === 'none')));
  assert.equal(seen.at(-1).role, 'slider');
  const before = await field(page, 'Churn penalty P, $').inputValue();
  for (let i = 0; i < 5; ++i) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowUp');
  await page.waitForTimeout(900);
  await settle(page);
  assert.notEqual(await field(page, 'Churn penalty P, $').inputValue(), before);
  assert.match(await page.locator('[aria-live=polite]').first().innerText(), /P 0\.\d+, c2 .*: ./);
  assert.match(await point(page).getAttribute('aria-valuetext'), /P 0\.\d+, c2/);
  await page.locator('header nav a').nth(1).focus();
  await page.keyboard.press('Enter');
  await settle(page);
  assert.equal(await page.locator('header nav a[aria-current]').innerText(), 'Plan');
  const ladder = await page.locator('.ladder').innerText();
  await page.locator('.game input[type=range]').nth(0).focus();
  for (let i = 0; i < 3; ++i) await page.keyboard.press('PageUp');
  await settle(page);
  assert.notEqual(await page.locator('.ladder').innerText(), ladder);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

await check('plans of any number of models', async () => {
  const page = await open('#plan');
  await page.getByRole('button', { name: 'Four models of three sizes' }).click();
  await settle(page);
  assert.match(await page.locator('.ladder').innerText(), /mini/);
  await page.getByLabel('One more model').selectOption({ index: 3 });
  await settle(page);
  assert.equal(await page.locator('.game fieldset').count(), 7);
  await page.getByRole('button', { name: 'Remove small' }).click();
  await page.getByLabel('Users stay away if coming is not worth it').check();
  await settle(page);
  assert.equal(await page.locator('.game fieldset').count(), 6);
  assert.equal(await page.locator('.problem').count(), 0);
  await page.locator('header nav a').nth(0).click();
  await settle(page);
  await page.locator('.regions li').first().waitFor(); // maps of many models take a while
  assert.deepEqual(page.complaints.filter((text) => !text.includes('400')), []);
  await page.context().close();
});

await check('each step of Learn opens its game in Explore', async () => {
  for (let step = 1; step <= 5; ++step) {
    const page = await open(`#learn?step=${step}`);
    const said = await verdict(page);
    await page.getByRole('link', { name: 'Open this game in Explore' }).click();
    await settle(page);
    assert.equal(await page.locator('header nav a[aria-current]').innerText(), 'Explore');
    assert.equal(await verdict(page), said);
    await page.context().close();
  }
});

await check("numbers are written in the reader's locale", async () => {
  const page = await open('#explore', { locale: 'de-DE' });
  assert.match(await payoffs(page), /0,0\d/);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 768, 1440]) {
    await check(`${width} px, ${colorScheme}: nothing sticks out, axe finds nothing`, async () => {
      const page = await open('#explore', { viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' });
      for (const hash of kViews) {
        await page.goto(address + hash);
        await settle(page);
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
        await page.waitForTimeout(100);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${hash} is ${wide} px wide`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${hash} ${id}: ${nodes.map(({ html }) => html).join(' ')}`), []);
        if (folder) {
          mkdirSync(folder, { recursive: true });
          await page.goto('about:blank');
          await page.goto(address + hash);
          await settle(page);
          const name = hash.slice(1).replace('?step=', '-').replace('?show=', '-');
          await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        }
      }
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });
  }
}

await browser.close();
stop();
rmSync(scratch, { recursive: true });
console.log(failed === 0 ? 'All is well.' : `${failed} failed.`);
process.exit(failed === 0 ? 0 : 1);
