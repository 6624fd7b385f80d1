import { aClient, expect, guard, startApp, test } from "./app.js";
import { key, startGemini } from "./gemini.js";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled, locale: "en-GB" });

    test("a photo becomes a meal that can be corrected", async ({ page, app, gemini, photo }) => {
      const calm = guard(page);
      await page.setExtraHTTPHeaders(aClient());
      await page.goto(app.url);
      await page.getByLabel("Photo of your meal").setInputFiles(photo);
      await page.getByRole("button", { name: "Estimate calories" }).click();
      await expect(page.getByRole("heading", { name: "Your meal" })).toBeVisible();
      await expect(page.locator(".kcal")).toHaveText("About 512 kcal");
      await expect(page.locator(".confidence")).toContainText("fairly sure");
      expect(gemini.photos.at(-1).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));

      await page.getByLabel("Grams of White rice").fill("1000");
      if (!javaScriptEnabled) await page.keyboard.press("Enter");
      await expect(page.locator(".kcal")).toHaveText("About 1,578 kcal");
      await expect(page.getByRole("listitem").filter({ hasText: "White rice" })).toContainText("set manually");

      await page.getByRole("button", { name: "Find a match for Mango lassi" }).click();
      await page.getByLabel("Food", { exact: true }).fill("yoghurt");
      await page.getByRole("button", { name: "Search" }).click();
      await expect(page.getByText("Instead of “Mango lassi”")).toBeVisible();
      await page.getByRole("button", { name: "Add Yogurt" }).click();
      await expect(page.getByLabel("Grams of Yogurt")).toHaveValue("250");
      await expect(page.getByText("Not in the table")).toBeHidden();

      await page.getByRole("button", { name: "Remove Broccoli" }).click();
      await expect(page.locator(".items li")).toHaveCount(3);
      await page.getByRole("button", { name: "Deutsch" }).click();
      await expect(page.getByRole("heading", { name: "Deine Mahlzeit" })).toBeVisible();
      await expect(page.locator(".kcal")).toHaveText("Etwa 1.700 kcal");
      calm();
    });

    test("a meal is put together manually, without a key", async ({ page, keyless }) => {
      const calm = guard(page);
      await page.goto(keyless.url);
      await expect(page.getByText("no Gemini key is set")).toBeVisible();
      await page.getByLabel("Food", { exact: true }).fill("aple");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Add Apple, raw" }).click();
      await expect(page.locator(".kcal")).toHaveText("About 94 kcal");
      await expect(page.getByText("Put together manually")).toBeVisible();
      await page.getByRole("link", { name: "Start over" }).click();
      await expect(page.getByRole("heading", { name: "What is on your plate?" })).toBeVisible();
      calm();
    });

    test("what is no photo is explained", async ({ page, app }) => {
      const calm = guard(page);
      await page.setExtraHTTPHeaders(aClient());
      await page.goto(app.url + "/?lang=de");
      await page.getByLabel("Foto deiner Mahlzeit").setInputFiles({ name: "x.jpg", mimeType: "image/jpeg", buffer: Buffer.from("hello") });
      await page.getByRole("button", { name: "Kalorien schätzen" }).click();
      await expect(page.getByRole("alert")).toHaveText("Diese Datei ist kein Foto. Bitte wähle JPEG, PNG oder WebP.");
      calm();
    });

    test("a rate limit is explained", async ({ page, photo }) => {
      const gemini = await startGemini(); // of its own: a known photo would not be asked about again
      const app = await startApp(gemini, { GEMINI_API_KEY: key });
      gemini.next = { code: 429, status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "33s" }] };
      await page.goto(app.url);
      await page.getByLabel("Photo of your meal").setInputFiles(photo);
      await page.getByRole("button", { name: "Estimate calories" }).click();
      await expect(page.getByRole("alert")).toContainText("try again in 33 seconds");
      await page.getByLabel("Photo of your meal").setInputFiles(photo);
      await page.getByRole("button", { name: "Estimate calories" }).click();
      await expect(page.getByRole("heading", { name: "Your meal" })).toBeVisible();
      expect(await app.stop()).toBe(0);
      gemini.stop();
    });

    test("a key is set, tested and deleted", async ({ page, gemini }) => {
      const calm = guard(page);
      const app = await startApp(gemini);
      await page.goto(app.url + "/settings");
      await page.getByLabel("New key").fill(key);
      await page.getByRole("button", { name: "Save key" }).click();
      await expect(page.getByRole("status").first()).toContainText("The key was saved");
      await expect(page.getByText("ending in …wxyz")).toBeVisible();
      await page.getByRole("button", { name: "Test key" }).click();
      await expect(page.getByText("The key works")).toBeVisible();
      await page.goto(app.url);
      await expect(page.getByLabel("Photo of your meal")).toBeVisible();
      await page.goto(app.url + "/settings");
      await page.getByRole("button", { name: "Delete key" }).click();
      await expect(page.getByText("No key is set.")).toBeVisible();
      expect(await app.stop()).toBe(0);
      expect(app.log).not.toContain(key);
      calm();
    });
  });
}

test("the browser shrinks a photo and shows it", async ({ page, app, photo }) => {
  const calm = guard(page);
  await page.setExtraHTTPHeaders(aClient());
  await page.goto(app.url + "/?lang=en");
  await page.getByLabel("Photo of your meal").setInputFiles(photo);
  await expect(page.getByRole("img", { name: "Your photo" })).toBeVisible();
  const sent = page.waitForRequest((request) => request.url().endsWith("/estimate"));
  await page.getByRole("button", { name: "Estimate calories" }).click();
  await sent;
  await expect(page.locator("#picture img")).toBeVisible();
  await expect(page.locator("#result-heading")).toBeFocused();
  expect(page.url()).toBe(app.url + "/?lang=en"); // no page was loaded
  calm();
});

test("a lost connection is explained and the photo stays", async ({ page, app, photo }) => {
  await page.goto(app.url + "/?lang=en");
  await page.getByLabel("Photo of your meal").setInputFiles(photo);
  await page.route("**/estimate", (route) => route.abort());
  await page.getByRole("button", { name: "Estimate calories" }).click();
  await expect(page.getByRole("alert")).toContainText("could not be reached");
  await expect(page.getByRole("img", { name: "Your photo" })).toBeVisible();
});

test("a new version is announced", async ({ page, app }) => {
  await page.clock.install();
  await page.route("**/version", (route) => route.fulfill({ json: { version: "v9.9.9" } }));
  await page.goto(app.url + "/?lang=en");
  await expect(page.locator("#news")).toBeHidden();
  await page.clock.fastForward(20_000);
  await expect(page.locator("#news")).toContainText("A new version is live.");
});

test("the whole way can be gone by keyboard", async ({ page, keyless }) => {
  await page.goto(keyless.url + "/?lang=en");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Food", { exact: true })).toBeFocused();
  await page.keyboard.type("rice");
  await page.keyboard.press("Enter");
  await expect(page.locator("#found")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.locator("#result-heading")).toBeFocused();
});
