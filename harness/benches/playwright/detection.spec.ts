// The scenarios of the shop as Playwright Test would do them: the same steps from our resolved plan,
// and at every checkpoint Playwright's own aria snapshot and screenshot. Each test has its own shop,
// which may have a fault. What Playwright cannot do (commands, files, terminals) is left out.
import { test, expect, Page, Locator } from '@playwright/test';
import { spawn, ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

type Case = { fault: string; variable: string; scenario: string; steps: any[] };
const { fixture, cases }: { fixture: string; cases: Case[] } = JSON.parse(
  fs.readFileSync(path.join(__dirname, 'cases.json'), 'utf8'),
);

async function shop(one: Case, port: number): Promise<{ server: ChildProcess; base: string; work: string }> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'detection-'));
  fs.cpSync(path.join(fixture, 'suite/data'), work, { recursive: true });
  const server = spawn('python3', [path.join(fixture, 'shop.py'), 'serve', '--port', String(port)], {
    cwd: work,
    env: { ...process.env, TZ: 'UTC', SHOP_MEMORY: work, [one.variable]: one.fault },
    stdio: 'ignore',
  });
  const base = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    try {
      await fetch(`${base}/health`);
      return { server, base, work };
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((after) => setTimeout(after, 50));
    }
  }
}

function at(page: Page, target: any): Locator {
  const scope: any = target.within ? at(page, target.within) : page;
  const kind = Object.keys(target.locator)[0];
  const value = target.locator[kind];
  let found: Locator;
  if (kind === 'role') found = scope.getByRole(value.role, value.name ? { name: value.name, exact: true } : {});
  else if (kind === 'text') found = scope.getByText(value);
  else if (kind === 'label') found = scope.getByLabel(value);
  else if (kind === 'test-id') found = scope.getByTestId(value);
  else found = scope.locator(value);
  return found.nth((target.nth ?? 1) - 1);
}

class NotPlaywrights extends Error {}

async function expected(page: Page, base: string, one: any) {
  const [kind, value]: [string, any] = Object.entries(one)[0] as any;
  if (kind === 'url') await expect(page).toHaveURL(base + value);
  else if (kind === 'value') await expect(at(page, value[0])).toHaveValue(value[1]);
  else if (kind === 'title') await expect(page).toHaveTitle(value);
  else if (kind === 'state' && value[1] === 'checked') await expect(at(page, value[0])).toBeChecked();
  else if (kind === 'visible') await expect(at(page, value)).toBeVisible();
  else if (kind === 'gone') await expect(at(page, value)).toBeHidden();
  else throw new NotPlaywrights(`expect ${kind}`);
}

async function holds(page: Page, condition: any): Promise<boolean> {
  const [kind, target]: [string, any] = Object.entries(condition.page ?? {})[0] as any;
  if (kind === 'visible') return at(page, target).isVisible();
  if (kind === 'gone') return !(await at(page, target).isVisible());
  throw new NotPlaywrights(`condition ${kind}`);
}

// A failing comparison need not be waited for as long as Playwright would by itself.
const soft = expect.configure({ soft: true, timeout: 2000 });
const taken = new Map<string, number>();

async function snapshot(page: Page, scenario: string, name: string) {
  // The rows of a `for-each` take the same checkpoint several times.
  const round = (taken.get(name) ?? 0) + 1;
  taken.set(name, round);
  const file = `${scenario}-${name}-${round}`.replace(/[^a-z0-9-]/g, '-');
  const varies = [page.getByText(/took [\d.]+ ms/)];
  await soft(page.locator('body')).toMatchAriaSnapshot({ name: `${file}.aria.yml` });
  await soft(page).toHaveScreenshot(`${file}.png`, { mask: varies });
}

async function step(page: Page, base: string, scenario: string, action: any): Promise<void> {
  const [verb, it]: [string, any] = typeof action === 'string' ? [action, null] : (Object.entries(action)[0] as any);
  switch (verb) {
    case 'open': await page.goto(base + it); return;
    case 'reload': await page.reload(); return;
    case 'back': await page.goBack(); return;
    case 'forward': await page.goForward(); return;
    case 'click': {
      const modifiers = (it.holding ?? []).map((key: string) => key[0].toUpperCase() + key.slice(1));
      if (it.kind === 'double') await at(page, it.target).dblclick({ modifiers });
      else await at(page, it.target).click({ modifiers, button: it.kind === 'right' ? 'right' : 'left' });
      return;
    }
    case 'hover': await at(page, it).hover(); return;
    case 'check': await at(page, it).check(); return;
    case 'uncheck': await at(page, it).uncheck(); return;
    case 'fill': for (const one of it) await at(page, one.field).fill(one.value); return;
    case 'type': await at(page, it.into).pressSequentially(it.text); return;
    case 'press': await page.keyboard.press(it.keys); return;
    case 'choose': {
      const list = at(page, it.from);
      if (await list.evaluate((element) => element instanceof HTMLSelectElement)) {
        await list.selectOption(it.options.map((label: string) => ({ label })));
      } else {
        for (const name of it.options) {
          await list.click();
          await page.getByRole('option', { name, exact: true }).click();
        }
      }
      return;
    }
    case 'upload':
      await at(page, it.to).setInputFiles(it.files.map((name: string) => path.join(fixture, 'suite/data', name)));
      return;
    case 'drag':
      if (!it.to.thing) throw new NotPlaywrights('drag by an offset');
      await at(page, it.from).dragTo(at(page, it.to.thing));
      return;
    case 'see': for (const target of it) await expect(at(page, target)).toBeVisible(); return;
    case 'see-not': for (const target of it) await expect(at(page, target)).toBeHidden(); return;
    case 'wait': await expected(page, base, it.until); return;
    case 'expect': for (const one of it) await expected(page, base, one); return;
    case 'snapshot': await snapshot(page, scenario, it.name); return;
    case 'when':
      for (const inner of (await holds(page, it.condition)) ? it.steps : it.otherwise)
        await step(page, base, scenario, inner.action);
      return;
    case 'repeat':
      for (let round = 0; round < it.times && !(it.until && (await holds(page, it.until))); round++)
        for (const inner of it.steps) await step(page, base, scenario, inner.action);
      if (it.until && !(await holds(page, it.until))) throw new Error('the condition never held');
      return;
    default: throw new NotPlaywrights(verb);
  }
}

for (const [index, one] of cases.entries()) {
  test(`${one.scenario} :: ${one.fault || 'none'}`, async ({ page }) => {
    taken.clear();
    const { server, base, work } = await shop(one, 21000 + index);
    try {
      await page.clock.install({ time: new Date('2026-01-05T09:00:00Z') });
      for (let number = 0; number < one.steps.length; number++) {
        const { action } = one.steps[number];
        const next = one.steps[number + 1]?.action;
        if (next?.dialog) {
          page.once('dialog', (dialog) => (next.dialog.accept ? dialog.accept() : dialog.dismiss()));
        } else if (action.dialog) {
          continue;
        }
        await step(page, base, one.scenario, action).catch((error) => {
          if (!(error instanceof NotPlaywrights)) throw error;
        });
      }
    } finally {
      server.kill('SIGKILL');
      fs.rmSync(work, { recursive: true, force: true });
    }
  });
}
