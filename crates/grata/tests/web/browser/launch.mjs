import path from "node:path";
import { chromium as playwright } from "playwright-core";

// The browser: one that the tester names, else the one inside the package, with its own libraries.
export async function launch(more = []) {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more];
  if (process.env.GRATA_TEST_CHROMIUM) {
    return playwright.launch({ executablePath: process.env.GRATA_TEST_CHROMIUM, args });
  }
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  const { default: packed } = await import("@sparticuz/chromium");
  const executablePath = await packed.executablePath();
  const libraries = path.join(path.dirname(executablePath), "al2023", "lib");
  return playwright.launch({ executablePath, args, env: { ...process.env, LD_LIBRARY_PATH: libraries } });
}

// What a browser could keep.
export async function kept(page) {
  return page.evaluate(async () => ({
    cookies: document.cookie.split("; ").map((one) => one.split("=")[0]),
    local: JSON.stringify(localStorage),
    session: JSON.stringify(sessionStorage),
    databases: (await indexedDB.databases()).map((one) => one.name),
    caches: await globalThis.caches?.keys() ?? [],
    files: await (async () => {
      const names = [];
      try { for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name); } catch { /* none */ }
      return names;
    })(),
  }));
}

// The end of a script that a test called: what it saw on standard output, what went wrong on standard error.
export async function tell(browser, seen, faults) {
  await browser.close();
  for (const one of [...new Set(faults)]) console.error(one);
  console.log(JSON.stringify(seen));
  process.exit(faults.length === 0 ? 0 : 1);
}
