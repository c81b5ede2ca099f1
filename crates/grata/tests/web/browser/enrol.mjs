// Somebody lets themselves be found by a closed group, in a real browser whose camera plays a film. Called by the test of
// `groups/camera.rs` with what it needs in ENROL; prints what it saw as one JSON object, and what went wrong to standard
// error.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { kept, launch, tell } from "./launch.mjs";

const order = JSON.parse(process.env.ENROL);
const begun = Date.now();
const faults = [];
const browser = await launch(["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${order.film}`]);
const screen = order.phone ? { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } : { viewport: { width: 1280, height: 860 } };
const context = await browser.newContext({ locale: "en-GB", ...screen });
await context.addCookies([{ name: "grata-page", value: order.secret, url: order.base }]);
const requests = [];
context.on("request", (request) => requests.push([request.method(), request.url().replace(order.base, "")]));
const page = await context.newPage();
page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
page.on("console", (message) => { if (message.type() === "error") faults.push(`console: ${message.text()}`); });

// Whoever stands before the camera does as they are asked. The film shows each pose for a while, with a square in its
// corner that says which; the page's seconds for a pose are over when the film has come to it. So the test depends
// neither on the order that was drawn nor on how busy the machine is.
await page.addInitScript(() => {
  const later = globalThis.setTimeout.bind(globalThis);
  const SECONDS_FOR_A_POSE = 3000;
  const pen = new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
  const shown = () => {
    pen.drawImage(document.querySelector("#enrol video"), 0, 0, 8, 8, 0, 0, 8, 8);
    const [light] = pen.getImageData(4, 4, 1, 1).data;
    return light > 190 ? "straight" : light > 70 ? "left" : "right";
  };
  globalThis.setTimeout = (act, wait, ...rest) => {
    if (wait !== SECONDS_FOR_A_POSE) return later(act, wait, ...rest);
    const stage = document.getElementById("enrol");
    const said = stage.querySelector("[data-say]").textContent;
    const asked = stage.dataset.poses.split(" ").find((pose) => stage.dataset[pose] === said);
    let before = asked;
    const look = () => {
      const now = shown();
      if (now === asked && before !== asked) return act();
      before = now;
      return later(look, 100);
    };
    return look();
  };
  // What is sent, to be looked for afterwards.
  globalThis.sent = [];
  const send = globalThis.fetch.bind(globalThis);
  globalThis.fetch = (address, options) => {
    if (options?.body instanceof Blob) globalThis.sent.push(options.body);
    return send(address, options);
  };
});

// What the page asks to be typed and pressed before the camera opens.
async function fillIn() {
  await page.fill("#enrol-code", order.code);
  await page.click("#enrol button");
}

async function look(name) {
  if (process.env.GRATA_TEST_PICTURES) {
    const file = `enrol ${name}, ${order.phone ? "phone" : "wide"}.png`;
    await page.screenshot({ path: path.join(process.env.GRATA_TEST_PICTURES, file), fullPage: true });
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) faults.push(`${name}: wider than the screen by ${over}`);
}

// 64 bytes out of the middle of each still that was sent.
const pieces = () => page.evaluate(async () => {
  const body = new Uint8Array(await globalThis.sent[0].arrayBuffer());
  const found = [];
  for (let at = 0; at < body.length;) {
    const length = new DataView(body.buffer, at, 4).getUint32(0, true);
    const middle = at + 4 + (length >> 1);
    found.push([...body.slice(middle, middle + 64)]);
    at += 4 + length;
  }
  return found;
});

// Files that the browser keeps, in which one of them stands.
function onDisk(wanted) {
  const holds = [];
  const walk = (folder) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      try {
        if (entry.isDirectory()) walk(file);
        else if (entry.isFile() && fs.statSync(file).mtimeMs >= begun - 1000) {
          const bytes = fs.readFileSync(file);
          if (wanted.some((piece) => bytes.includes(Buffer.from(piece)))) holds.push(file);
        }
      } catch { /* gone meanwhile */ }
    }
  };
  const own = fs.readdirSync(os.tmpdir()).filter((name) => /^(playwright|\.org\.chromium|chrom)/i.test(name));
  for (const name of own) if (fs.statSync(path.join(os.tmpdir(), name)).isDirectory()) walk(path.join(os.tmpdir(), name));
  return { holds, folders: own.length };
}

let seen = null;
try {
  await page.goto(`${order.base}/me/enrol`, { waitUntil: "networkidle" });
  await look(`${order.name}, before`);
  await fillIn();
  await page.waitForFunction(() => document.querySelector("#enrol video").videoWidth > 0, null, { timeout: 60_000 });
  const poses = (await page.getAttribute("#enrol", "data-poses")).split(" ");
  let wanted = null;
  await page.route("**/me/enrol", async (route) => {
    if (route.request().method() === "POST") wanted = await pieces();
    await route.continue();
  });
  const shut = page.waitForFunction(() => document.querySelector("#enrol video")?.srcObject === null, null, { timeout: 120_000 });
  await shut;
  await Promise.race([
    page.waitForURL("**/me#group", { timeout: 180_000 }),
    page.waitForSelector("#enrol .problem:not([hidden])", { timeout: 180_000 }),
  ]);
  const problem = page.url().endsWith("/me/enrol") ? await page.textContent("#enrol .problem") : null;
  await look(`${order.name}, after`);
  seen = { at: page.url().replace(order.base, ""), problem, poses, pieces: wanted, requests, kept: await kept(page), disk: onDisk(wanted) };
} catch (error) {
  faults.push(error.message);
}
await tell(browser, seen, faults);
