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
