// The whole story in a real browser, on a desktop and on a phone, in both languages, in light and dark.
// Called by the test `a_browser_goes_through_the_whole_story` with what it needs in STORY; prints what
// went wrong and ends with 1, or prints the keystrokes a face takes and ends with 0.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { launch } from "./launch.mjs";

const story = JSON.parse(process.env.STORY);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = [];
const expected = [];
let looks = 0;
const fault = (what) => faults.push(what);
const expect = (fine, what) => { if (!fine) fault(what); };

const WIDE = { viewport: { width: 1280, height: 860 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const browser = await launch();

async function context(options, cookie) {
  const made = await browser.newContext({ acceptDownloads: true, locale: "en-GB", ...options });
  if (cookie) await made.addCookies([{ ...cookie, url: story.base }]);
  return made;
}

async function open(made) {
  const page = await made.newPage();
  page.on("pageerror", (error) => fault(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // Browsers report a refusal as an error, even one that the test asked for.
    const place = expected.findIndex((status) => message.text().includes(`status of ${status}`));
    if (place >= 0) expected.splice(place, 1);
    else fault(`console: ${message.text()} (${page.url()})`);
  });
  page.on("request", (request) => expect(request.url().startsWith(story.base) || request.url().startsWith(story.provider) || request.url().startsWith("data:"), `asks elsewhere: ${request.url()}`));
  return page;
}

async function look(page, name) {
  // For whoever wants to see them.
  if (process.env.GRATA_TEST_PICTURES) {
    const file = `${String(++looks).padStart(3, "0")} ${name.replace(/[^a-zA-Z0-9,()-]+/g, "_").slice(0, 80)}.png`;
    await page.screenshot({ path: path.join(process.env.GRATA_TEST_PICTURES, file), fullPage: true });
  }
  await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const result = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), tags);
  for (const violation of result.violations) fault(`${name}: ${violation.id}: ${violation.nodes[0].html.slice(0, 160)}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(over <= 0, `${name}: wider than the screen by ${over}`);
}

// Every page, as it stands.
async function everyPage() {
  for (const [size, options] of [["wide", WIDE], ["phone", PHONE]]) {
    for (const locale of ["en-GB", "fr-FR"]) {
      const colorScheme = (size === "wide") === (locale === "en-GB") ? "light" : "dark";
      const made = await context({ ...options, locale, colorScheme });
      const page = await open(made);
      for (const { path: address, cookie } of story.pages) {
        await made.clearCookies();
        if (cookie) await made.addCookies([{ ...cookie, url: story.base }]);
        const answer = await page.goto(story.base + address);
        expect(answer.ok(), `${address}: ${answer.status()}`);
        expect((await page.getAttribute("html", "lang")) === locale.slice(0, 2), `${address}: another language`);
        await look(page, `${address} (${size}, ${locale}, ${colorScheme})`);
      }
      await made.close();
    }
  }
}

// The officer: photos in, a face named by keys alone, a release, a link to share.
async function officer() {
  const made = await context(WIDE, story.desk);
  const page = await open(made);
  await page.goto(`${story.base}/desk/albums/${story.album}`);
  const photos = page.locator("#grid li");
  const before = await photos.count();
  const isAnew = (count) => page.waitForFunction((count) => document.querySelectorAll("#grid li").length === count && !document.querySelector(".queue li"), count);
  const [one, ...others] = story.files.map((file) => ({ name: path.basename(file), mimeType: "image/jpeg", buffer: fs.readFileSync(file) }));
  // What was not taken in stays on the page until whoever sent it has read it.
  await page.setInputFiles("#files", [one, { name: "broken.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") }]);
  await page.waitForSelector(".after:not([hidden])");
  expect((await page.locator(".queue .failed").count()) === 1, "the list does not say what failed");
  await page.click(".after a");
  await isAnew(before + 1);
  await page.setInputFiles("#files", others);
  await isAnew(before + story.files.length);
  await page.keyboard.press("Tab");

  await page.goto(`${story.base}/desk/photos/${story.photo}`);
  await page.waitForFunction(() => document.activeElement?.classList.contains("face-line"));
  let strokes = 0;
  const press = async (key) => { strokes += 1; await page.keyboard.press(key); };
  const open_ = await page.locator(".face-line.unknown").count();
  for (const letter of story.letters) await press(letter);
  await page.waitForSelector(".people-list li");
  await press("Enter");
  await page.waitForFunction((count) => document.querySelectorAll(".face-line.unknown").length === count, open_ - 1);
  expect(strokes <= 3, `a face takes ${strokes} keystrokes`);
  await page.keyboard.press("Shift+N");
  await page.waitForSelector(".face-line.none");
  await page.keyboard.press("Shift+U");
  await page.waitForFunction(() => !document.querySelector(".face-line.none"));
  const faces = await page.locator(".face-line").count();
  await page.keyboard.press("Shift+D");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForFunction((count) => document.querySelectorAll(".face-line").length === count, faces + 1);
  await numbers(page);
  await page.goto(`${story.base}/desk/albums/${story.album}`);
  await page.click("form.menu-form >> xpath=.. >> summary");
  await page.check("[name=times][value=hour]");
  await look(page, "times of an album");
  await page.click("form.menu-form button");
  await page.waitForFunction(() => !document.querySelector("[data-work]") && document.querySelector("[name=times][value=hour]").checked);

  await page.goto(`${story.base}/desk/albums/${story.album}/release?channel=website`);
  await page.click("form[action$='/release'] button.main");
  await page.waitForSelector("a[download]");
  await page.waitForFunction(() => !document.querySelector("[data-work]"));
  const [zip] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
  expect(zip.suggestedFilename() === "website.zip", "the ZIP has another name");
  await page.click("form[action$='/share'] button");
  const link = await page.inputValue("input.copy");
  await look(page, "release, made");
  await made.close();
  return { strokes, link: story.base + new URL(link).pathname + new URL(link).hash };
}

// What is printed on bibs, by keys alone: two at once, a name that is refused, one that is taken off.
async function numbers(page) {
  const chips = (count) => page.waitForFunction((count) => document.querySelectorAll(".chips li").length === count, count);
  await page.keyboard.press("Shift+C");
  await page.keyboard.type("12 45");
  await page.keyboard.press("Enter");
  await chips(2);
  expected.push("422");
  await page.keyboard.type("Anna");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#codes [role=alert]");
  await look(page, "numbers on a photo");
  await page.click(".chips li:last-child button");
  await chips(1);
}

// A guest finds by the number, goes from photo to photo by keys, and is told when nothing fits.
async function find(options, gallery) {
  const made = await context(options);
  const guest = await open(made);
  await guest.goto(gallery);
  await guest.waitForURL("**/gallery");
  const all = await guest.locator(".grid.gallery li").count();
  await guest.fill("[name=code]", "#012");
  await guest.keyboard.press("Enter");
  await guest.waitForURL("**/gallery?code=*");
  expect((await guest.locator(".grid.gallery li").count()) === 1, "number 12 is on one photo");
  await look(guest, "found by number");
  await guest.click(".grid.gallery li > a");
  await guest.waitForURL("**/view?code=12");
  await look(guest, "one photo");
  await guest.keyboard.press("Escape");
  await guest.waitForURL("**/gallery?code=12*");
  await guest.fill("[name=code]", "99");
  await guest.keyboard.press("Enter");
  await guest.waitForSelector(".empty[role=status]");
  await look(guest, "nothing fits");
  await guest.click(".empty a");
  expect((await guest.locator(".grid.gallery li").count()) === all, "all of them again");
  await guest.click(".grid.gallery li > a");
  await guest.waitForURL("**/view");
  const first = guest.url();
  await guest.keyboard.press("ArrowRight");
  await guest.waitForFunction((first) => location.href !== first, first);
  await guest.keyboard.press("ArrowLeft");
  await guest.waitForURL(first);
  await made.close();
}

// The privacy officer: a signed form with its scan, and a table of forms with a line that is refused.
async function papers(options) {
  const made = await context(options, story.desk);
  const page = await open(made);
  await page.goto(`${story.base}/desk/people/${story.ben}`);
  await page.click("details.card summary");
  await page.check("[name=channel][value=print]");
  await page.check("[name=channel][value=gallery]");
  await page.check("[name=answer][value=yes]");
  await page.fill("[name=signed_on]", "2026-10-01");
  await page.fill("[name=reference]", "folder 3");
  await page.setInputFiles("[name=scan]", story.scan);
  await look(page, "a form, filled in");
  await page.click("form[action$='/paper'] button.main");
  await page.waitForFunction(() => document.querySelectorAll(".answer.yes").length >= 2);
  await page.goto(`${story.base}/desk/people`);
  await page.click("a[href^='/desk/forms']");
  await page.setInputFiles("[name=table]", story.table);
  // What a table with a refused line gets.
  expected.push("422");
  await page.click("form[action='/desk/forms'] button.main");
  await page.waitForSelector("[role=alert]");
  expect((await page.locator("[role=alert] li").count()) === 1, "one line is refused");
  expect(await page.locator(".done").isVisible(), "the other is on record");
  await look(page, "a table of forms");
  await made.close();
}

// The person, on a phone: link, yes, no, and what becomes of the photo in the gallery.
async function person(gallery) {
  const guests = await context(PHONE);
  const guest = await open(guests);
  await guest.goto(gallery);
  await guest.waitForURL("**/gallery");
  expect(!guest.url().includes("#"), "the secret stands in the address bar");
  const files = () => guest.locator(".grid li > a:first-child").evaluateAll((links) => links.map((link) => link.pathname));
  const shown = await files();
  const made = await context({ ...PHONE, locale: "fr-FR" });
  const page = await open(made);
  await page.goto(`${story.base}/i#${story.person}`);
  await page.waitForURL("**/me");
  expect(!page.url().includes("#"), "the secret stands in the address bar");
  expect((await page.locator("[aria-pressed=true]").count()) > 0, "the earlier answer is not there");
  // One tap takes the yes back.
  await page.locator(".question.yes button.no").first().tap();
  await page.waitForSelector(".question.no");
  await guest.goto(`${story.base}/gallery`);
  const left = await files();
  expect(shown.some((file) => !left.includes(file)), "the gallery still shows them");
  // Anybody points at a place, by a tap.
  await guest.locator(".hide-me").first().tap();
  await guest.locator("#stage").tap({ position: { x: 60, y: 60 } });
  await guest.waitForFunction(() => document.querySelector("[name=width]").value !== "");
  const place = () => guest.evaluate(() => ["x", "y"].map((name) => document.querySelector(`form[data-point] [name=${name}]`).value).join());
  const first = await place();
  await guest.locator("#stage").tap({ position: { x: 120, y: 90 } });
  expect((await place()) !== first, "a tap elsewhere does not move the place");
  await guest.click("form[data-point] button.main");
  await guest.waitForSelector(".done");
  await made.close();
  await guests.close();
}

// Somebody of the organisation adds a passkey, signs in with it without typing a name, and removes it.
async function passkey(options, cookie) {
  const made = await context(options, cookie);
  const page = await open(made);
  const devtools = await made.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await page.goto(`${story.base}/desk/own`);
  await page.fill("[name=label]", "my phone");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".right h3");
  await look(page, "own sign-in, with a passkey");
  await page.click("form[action='/sign-out'] button");
  await page.waitForURL((address) => address.pathname === "/");
  await page.goto(`${story.base}/sign-in`);
  await page.click("form[data-passkey] button");
  await page.waitForURL("**/desk");
  await page.goto(`${story.base}/desk/own`);
  await page.click("form[action$='/remove'] button");
  await page.waitForSelector(".right h3", { state: "detached" });
  await page.click("form[action='/sign-out'] button");
  await page.waitForURL((address) => address.pathname === "/");
  await page.goto(`${story.base}/sign-in`);
  expected.push("422");
  await page.click("form[data-passkey] button");
  await page.waitForSelector("form[data-passkey] .problem:not([hidden])");
  await look(page, "sign-in, a passkey that was removed");
  await made.close();
}

// Somebody of the organisation links their account at a provider, and signs in by it.
async function provider(cookie) {
  const made = await context(WIDE, cookie);
  const page = await open(made);
  const there = () => page.waitForURL((address) => address.href.startsWith(story.provider));
  await page.goto(`${story.base}/desk/own`);
  await page.click("form[action='/desk/own/provider'] button");
  await look(page, "on the way to a provider");
  await page.click("a.main");
  await there();
  await page.click("button");
  await page.waitForURL("**/desk/own");
  await page.waitForSelector("form[action='/desk/own/provider/remove']");
  expect(!page.url().includes("#"), "the token stands in the address bar");
  await page.click("form[action='/sign-out'] button");
  await page.waitForURL((address) => address.pathname === "/");
  await page.goto(`${story.base}/sign-in`);
  await page.click("a[href='/sign-in/provider']");
  await page.waitForURL("**/desk");
  await made.close();
}

// A French child of fourteen and a parent, on two phones: nothing before both, and the child's no holds.
async function child() {
  const pages = [];
  for (const secret of [story.child, story.parent]) {
    const made = await context({ ...PHONE, locale: "fr-FR" });
    const page = await open(made);
    await page.goto(`${story.base}/i#${secret}`);
    await page.waitForURL("**/me");
    pages.push(page);
  }
  const [own, parent] = pages;
  expect(await own.locator(".child-notice").isVisible(), "the child does not see the notice for children");
  await look(own, "a child's page");
  await look(parent, "a guardian's page");
  const website = "li:has(input[value='publish:website'])";
  const says = async (page, words) => {
    await page.goto(`${story.base}/me`);
    const said = await page.textContent(`${website} .standing`);
    expect(said.includes(words), `${words}: ${said}`);
  };
  const tap = async (page, answer) => {
    await page.goto(`${story.base}/me`);
    await page.locator(`${website} button.${answer}`).tap();
    await page.waitForSelector(`${website}.${answer}`);
  };
  await tap(own, "yes");
  await says(own, "Un tuteur doit aussi dire oui");
  await tap(parent, "yes");
  await says(own, "Montré, jusqu'au");
  await says(parent, "Montré, jusqu'au");
  await tap(own, "no");
  await says(own, "Vous avez retiré votre oui");
  await tap(parent, "no");
  await tap(parent, "yes");
  await says(parent, "L'enfant a retiré son oui");
  for (const page of pages) await page.context().close();
}

try {
  await provider(story.colleagues[2]);
  await everyPage();
  await child();
  await passkey(WIDE, story.colleagues[0]);
  await passkey({ ...PHONE, locale: "fr-FR", colorScheme: "dark" }, story.colleagues[1]);
  const { strokes, link } = await officer();
  await papers(WIDE);
  await papers(PHONE);
  await find(WIDE, link);
  await find({ ...PHONE, locale: "fr-FR", colorScheme: "dark" }, link);
  await person(link);
  if (faults.length === 0) console.log(`${story.pages.length * 4} pages looked at; ${strokes} keystrokes a face`);
} catch (error) {
  fault(error.message);
}
await browser.close();
for (const one of [...new Set(faults)]) console.error(one);
process.exit(faults.length === 0 ? 0 : 1);
