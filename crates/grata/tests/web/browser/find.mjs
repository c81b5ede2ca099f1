// Somebody finds themselves, in a real browser with real models. Called by the tests of `web/own_device.rs` with
// what they need in FIND; prints what it saw as one JSON object, and what went wrong to standard error.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { kept, launch, tell } from "./launch.mjs";

const order = JSON.parse(process.env.FIND);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = [];
const expect = (fine, what) => { if (!fine) faults.push(what); };
const camera = order.camera ? ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${order.camera}`] : [];
const browser = await launch(camera);
const WIDE = { viewport: { width: 1280, height: 860 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DONE = /photos may show you|found in none|peut-être : |aucune des/;

async function open(options, cookies) {
  const made = await browser.newContext({ locale: "en-GB", acceptDownloads: true, ...options });
  await made.addCookies(cookies.map((cookie) => ({ ...cookie, url: order.base })));
  const page = await made.newPage();
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error") faults.push(`console: ${message.text()}`); });
  return page;
}

// Everything that leaves the browser, from the first request of the page on.
function listen(page) {
  const asked = [];
  page.context().on("request", (request) => {
    const body = request.postDataBuffer()?.toString("latin1") ?? "";
    asked.push({ method: request.method(), url: request.url().replace(order.base, ""), headers: request.headers(), body });
  });
  return asked;
}

let looks = 0;
async function look(page, name) {
  if (process.env.GRATA_TEST_PICTURES) {
    const file = `find ${String(++looks).padStart(2, "0")} ${name.replace(/[^a-zA-Z0-9]+/g, "_")}.png`;
    await page.screenshot({ path: path.join(process.env.GRATA_TEST_PICTURES, file), fullPage: true });
  }
  await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const result = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), tags);
  for (const violation of result.violations) faults.push(`${name}: ${violation.id}: ${violation.nodes[0].html.slice(0, 160)}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(over <= 0, `${name}: wider than the screen by ${over}`);
}

const results = (page) => page.locator("#found li").evaluateAll((all) => all.map((one) => Number(one.dataset.place)));
// Keeps the photos back until somebody lets them go: a few are looked at before a finger reaches a button.
async function held(page) {
  let go;
  const gone = new Promise((done) => { go = done; });
  await page.route(/\/gallery\/[^/]+\.jpg$/, async (route) => { await gone; await route.continue(); });
  return go;
}

const finished = (page) => page.waitForFunction((done) => new RegExp(done).test(document.getElementById("state").textContent), DONE.source, { timeout: 1_200_000 });

const asked = {
  // By a file. What was asked for, and what was found.
  async file({ picture, cookies = order.guest, options = WIDE, models, prepare, meanwhile }) {
    const page = await open(options, cookies);
    await prepare?.(page);
    if (models) await page.route("**/find.onnx", (route) => route.fulfill({ path: models, contentType: "application/octet-stream" }));
    const requests = listen(page);
    await page.goto(`${order.base}/gallery?view=find`, { waitUntil: "networkidle" });
    // What a page is made of is asked for side by side; from here on the order counts.
    requests.sort((a, b) => (a.url < b.url ? -1 : 1));
    const begun = Date.now();
    await page.setInputFiles("#selfie", picture);
    // When the pictures begin to be looked at, to when the first is shown.
    const looking = page.waitForSelector("#looking:not([hidden])", { timeout: 300_000 }).then(() => Date.now() - begun, () => null);
    const first = page.waitForSelector("#found li", { timeout: 1_200_000 }).then(() => Date.now() - begun, () => null);
    await meanwhile?.(page);
    await finished(page);
    const found = await results(page);
    const took = { ready: await looking, first: found.length > 0 ? await first : null, all: Date.now() - begun };
    return { page, requests, found, took };
  },

  async requests() {
    const runs = [];
    for (const picture of order.pictures) {
      const { page, requests, found, took } = await asked.file({ picture });
      runs.push({ found, took, requests: requests.map(({ method, url, headers, body }) => [method, url, body, JSON.stringify(headers)]), kept: await kept(page) });
      await page.context().close();
    }
    return runs;
  },

  // Drawing takes as long as the test wants it to, and there is one worker: whoever waited for a drawing would wait for it
  // here. The person's own picture is a file; what is drawn is not.
  async pace() {
    const before = {};
    const prepare = (page) => page.addInitScript(() => {
      Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 1 });
      const make = globalThis.createImageBitmap.bind(globalThis);
      const allowed = new Promise((done) => { globalThis.letDraw = done; });
      globalThis.begun = 0;
      globalThis.createImageBitmap = async (source, ...more) => {
        if (!(source instanceof File)) {
          globalThis.begun += 1;
          await allowed;
        }
        return make(source, ...more);
      };
    });
    const meanwhile = async (page) => {
      await page.waitForFunction(() => { const far = document.getElementById("far"); return far.value === far.max && far.max > 0; }, null, { timeout: 300_000 });
      before.asked = requests.filter(({ url }) => /^\/gallery\//.test(url)).length;
      before.drawn = await results(page);
      before.begun = await page.evaluate(() => globalThis.begun);
      await page.evaluate(() => globalThis.letDraw());
    };
    const requests = [];
    const { page, requests: all, found } = await asked.file({
      picture: order.pictures[0],
      prepare: async (page) => { page.context().on("request", (request) => requests.push({ url: request.url().replace(order.base, "") })); await prepare(page); },
      meanwhile,
    });
    await page.context().close();
    return { before, found, requests: all.map(({ method, url, headers, body }) => [method, url, body, JSON.stringify(headers)]) };
  },

  // How long a whole gallery takes, and what it costs: seconds of a clock, and of processors in all processes of the browser.
  async measure() {
    const processes = await browser.newBrowserCDPSession();
    const processor = async () => (await processes.send("SystemInfo.getProcessInfo")).processInfo.reduce((sum, one) => sum + one.cpuTime, 0);
    let before = 0;
    const { page, requests, found, took } = await asked.file({ picture: order.pictures[0], prepare: async () => { before = await processor(); } });
    const cpu = await processor() - before;
    await page.context().close();
    const photos = requests.filter(({ url }) => /^\/gallery\//.test(url)).length;
    return { photos, found, took, cpu };
  },

  // A picture that will not do: reasons in words, and no photo is asked for.
  async refused() {
    const page = await open({ ...PHONE, locale: "fr-FR" }, order.guest);
    const requests = listen(page);
    await page.goto(`${order.base}/gallery?view=find`);
    await page.setInputFiles("#selfie", order.nobody);
    await page.waitForSelector("#trouble:not([hidden]) li", { timeout: 300_000 });
    await look(page, "refused, phone, fr");
    const said = await page.locator("#trouble li").allTextContents();
    await page.context().close();
    return { said, photos: requests.filter(({ url }) => /^\/gallery\//.test(url)).length };
  },

  // By the camera, pausing on the way, from the keyboard; then "That's me".
  async camera() {
    const page = await open({ ...WIDE, colorScheme: "dark" }, [...order.guest, ...order.person]);
    const requests = listen(page);
    await page.goto(`${order.base}/gallery`);
    await page.click("a[href='/gallery?view=find']");
    await look(page, "before, wide, dark");
    const go = await held(page);
    await page.focus("#camera");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.getElementById("video").videoWidth > 0, null, { timeout: 30_000 });
    await page.waitForTimeout(500);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#looking:not([hidden])", { timeout: 300_000 });
    await page.keyboard.press("Tab");
    await page.click("#pause");
    const paused = await page.textContent("#state");
    go();
    await page.click("#pause");
    await finished(page);
    expect((await page.evaluate(() => document.getElementById("video").srcObject)) === null, "the camera is still on");
    const found = await results(page);
    await look(page, "after, wide, dark");
    const [saved] = await Promise.all([page.waitForEvent("download"), page.locator("[data-save]").first().click()]);
    const before = requests.length;
    await page.locator("[data-me]").first().click();
    await page.waitForFunction(() => document.querySelector("[data-said]").textContent !== "");
    const said = await page.textContent("[data-said]");
    const claims = requests.slice(before).map(({ method, url, body }) => [method, url.replace(/[^/]+\.jpg/, "FILE"), body]);
    await page.click("#forget");
    const left = await results(page);
    expect((await page.locator("#face-step").isVisible()), "one cannot start again");
    await page.context().close();
    return { paused, found, saved: saved.suggestedFilename(), said, claims, left };
  },

  // Whoever looks on a phone, and stops.
  async phone() {
    const { page } = await asked.file({ picture: order.pictures[0], options: { ...PHONE, locale: "fr-FR" } });
    await look(page, "after, phone, fr");
    await page.context().close();
    const again = await open(PHONE, order.guest);
    await again.goto(`${order.base}/gallery?view=find`);
    await look(again, "before, phone");
    const go = await held(again);
    await again.setInputFiles("#selfie", order.pictures[0]);
    await again.waitForSelector("#looking:not([hidden])", { timeout: 300_000 });
    await again.click("#cancel");
    go();
    await again.waitForFunction(() => /Stopped/.test(document.getElementById("state").textContent), null, { timeout: 60_000 });
    await again.context().close();
    return {};
  },

  // The canary: whatever the model gives can be looked for.
  async canary() {
    const { page, requests, found } = await asked.file({ picture: order.pictures[0], models: order.canary });
    const storage = await kept(page);
    const state = await page.context().storageState({ indexedDB: true });
    await page.context().close();
    return { found, left: requests.map(({ method, url, headers, body }) => [method, url, body, JSON.stringify(headers)].join("\n")).join("\n"), storage, state: JSON.stringify(state) };
  },

  // The worker's own policy: what a worker of that address may not do.
  async worker() {
    const page = await open(WIDE, order.guest);
    await page.goto(`${order.base}/gallery?view=find`);
    const address = await page.getAttribute("#finder", "data-worker");
    // The same worker with one line more, under the policy that it is served with.
    await page.route(`**${address}`, async (route) => {
      const answer = await route.fetch();
      const line = `self.onmessage = async () => {
        const tried = {};
        try { await fetch("/gallery"); tried.fetch = "went"; } catch { tried.fetch = "refused"; }
        try { const x = new XMLHttpRequest(); x.open("GET", "/robots.txt", false); x.send(); tried.xhr = "went"; } catch { tried.xhr = "refused"; }
        try { importScripts("/static/none.js?secret"); tried.script = "went"; } catch (error) { tried.script = error.name; }
        try { eval("1"); tried.eval = "went"; } catch { tried.eval = "refused"; }
        try { const s = new WebSocket("ws://" + location.host); tried.socket = await new Promise((done) => { s.onerror = () => done("refused"); s.onopen = () => done("went"); }); } catch { tried.socket = "refused"; }
        try { tried.database = await new Promise((done) => { const o = indexedDB.open("x"); o.onerror = () => done("refused"); o.onsuccess = () => done("there"); }); } catch { tried.database = "refused"; }
        self.postMessage(tried);
      };`;
      const { "content-encoding": _, ...headers } = answer.headers();
      await route.fulfill({ status: 200, headers, body: `${await answer.text()}\n${line}` });
    });
    faults.length = 0;
    // What was refused has no answer.
    const seen = [];
    page.context().on("response", (response) => seen.push(response.url().replace(order.base, "")));
    const tried = await page.evaluate((address) => new Promise((done) => {
      const worker = new Worker(address);
      worker.onmessage = ({ data }) => done(data);
      worker.postMessage(0);
    }), address);
    // The browser says that it refused, which is what is wanted.
    faults.length = 0;
    await page.context().close();
    return { tried, asked: seen.filter((url) => url !== address) };
  },

  // The desk turns it on and off.
  async desk() {
    const page = await open(PHONE, order.desk);
    await page.goto(`${order.base}/desk/albums/${order.album}/release?channel=website`);
    await look(page, "desk, on, phone");
    await page.click("form[action$='/own-device'] button");
    await page.waitForSelector("form[action$='/own-device'] button[value=yes]");
    await page.context().close();
    return {};
  },
};

let seen = null;
try {
  seen = await asked[order.ask]();
} catch (error) {
  faults.push(error.message);
}
await tell(browser, seen, faults);
