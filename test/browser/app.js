import { expect, test as base } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { key, startGemini } from "./gemini.js";

// startApp runs the binary and waits until it listens. stop drains it with
// SIGTERM and gives its exit code.
export async function startApp(gemini, env = {}) {
  const folder = await mkdtemp(join(tmpdir(), "caloguessr-"));
  const child = spawn(process.env.CALOGUESSR, [], {
    env: { PATH: process.env.PATH, PORT: "0", DATA_DIR: folder, GEMINI_BASE_URL: gemini.url, DRAIN_LINGER: "0s", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise((done) => child.on("exit", done));
  const app = { log: "" };
  app.url = await new Promise((listening, failed) => {
    child.on("exit", () => failed(new Error(`caloguessr ended: ${app.log}`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      app.log += line + "\n";
      const { msg, address } = JSON.parse(line);
      if (msg === "listening") listening(`http://${address}`);
    });
  });
  app.stop = async () => {
    child.kill("SIGTERM");
    const code = await ended;
    await rm(folder, { recursive: true });
    return code;
  };
  return app;
}

// drawPlate is a photo to upload: what a browser makes of a drawing.
async function drawPlate(browser) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1200 } });
  await page.setContent(`<body style="margin:0;background:#d9c7a8"><svg viewBox="0 0 400 300">
    <circle cx="200" cy="150" r="130" fill="#fff"/><circle cx="200" cy="150" r="95" fill="#f4f1ea"/>
    <ellipse cx="165" cy="130" rx="55" ry="42" fill="#fdf6dc"/><path d="M190 165q60-60 80 0t-60 50z" fill="#c98a4b"/>
    <g fill="#4f8a3c"><circle cx="150" cy="195" r="17"/><circle cx="172" cy="206" r="15"/><circle cx="138" cy="212" r="13"/></g></svg>`);
  const photo = await page.screenshot({ type: "jpeg" });
  await page.close();
  return photo;
}

// test knows the apps of a worker: one with a key, one without, and their
// Gemini. Each test is a client of its own, so that limits do not add up.
export const test = base.extend({
  gemini: [async ({}, use) => {
    const gemini = await startGemini();
    await use(gemini);
    gemini.stop();
  }, { scope: "worker" }],
  app: [async ({ gemini }, use) => {
    const app = await startApp(gemini, { GEMINI_API_KEY: key });
    await use(app);
    expect(await app.stop()).toBe(0);
  }, { scope: "worker" }],
  keyless: [async ({ gemini }, use) => {
    const app = await startApp(gemini);
    await use(app);
    expect(await app.stop()).toBe(0);
  }, { scope: "worker" }],
  photo: [async ({ browser }, use) => use({ name: "lunch.jpg", mimeType: "image/jpeg", buffer: await drawPlate(browser) }), { scope: "worker" }],
});

export { expect };

// aClient is an address for X-Forwarded-For, which the app believes from here.
export function aClient() {
  const byte = () => 1 + Math.floor(Math.random() * 250);
  return { "X-Forwarded-For": `10.${byte()}.${byte()}.${byte()}` };
}

// guard fails the test if the browser complains, above all about the policy.
export function guard(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A page with an error status is a failed resource to Chromium.
    if (message.type() === "error" && !message.text().includes("the server responded with a status of")) complaints.push(message.text());
  });
  return () => expect(complaints).toEqual([]);
}
