import { AxeBuilder } from "@axe-core/playwright";
import { aClient, expect, guard, test } from "./app.js";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const words = {
  de: { photo: "Foto deiner Mahlzeit", submit: "Kalorien schätzen", food: "Lebensmittel", search: "Suchen" },
  en: { photo: "Photo of your meal", submit: "Estimate calories", food: "Food", search: "Search" },
};

// Each page in each of its states, and how to get there.
const states = {
  "start": async ({ page, app }) => page.goto(app.url),
  "start without a key": async ({ page, keyless }) => page.goto(keyless.url),
  "photo chosen": async ({ page, app, photo, lang }) => {
    await page.goto(app.url);
    await page.getByLabel(words[lang].photo).setInputFiles(photo);
    await expect(page.locator(".drop img")).toBeVisible();
  },
  "photo refused": async ({ page, app, lang }) => {
    await page.goto(app.url);
    await page.getByLabel(words[lang].photo).setInputFiles({ name: "x.gif", mimeType: "image/gif", buffer: Buffer.from("GIF89a") });
    await page.getByRole("button", { name: words[lang].submit }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  },
  "result": async (with_) => {
    await states["photo chosen"](with_);
    await with_.page.getByRole("button", { name: words[with_.lang].submit }).click();
    await expect(with_.page.locator("#totals")).toBeVisible();
  },
  "result and search": async (with_) => {
    const { page, lang } = with_;
    await states["result"](with_);
    await page.getByRole("searchbox", { name: words[lang].food }).fill("kuchen");
    await page.getByRole("button", { name: words[lang].search, exact: true }).click();
    await expect(page.locator("#found li")).not.toHaveCount(0);
  },
  "search in vain": async ({ page, keyless, lang }) => {
    await page.goto(keyless.url);
    await page.getByRole("searchbox", { name: words[lang].food }).fill("xyzzy");
    await page.getByRole("button", { name: words[lang].search, exact: true }).click();
    await expect(page.locator("#found")).toContainText("xyzzy");
  },
  "settings": async ({ page, keyless }) => page.goto(keyless.url + "/settings"),
  "settings with a key": async ({ page, app }) => page.goto(app.url + "/settings"),
  "settings from elsewhere": async ({ page, keyless }) => {
    await page.setExtraHTTPHeaders(aClient());
    await page.goto(keyless.url + "/settings");
  },
  "no such page": async ({ page, app }) => page.goto(app.url + "/nope"),
};

for (const locale of ["de", "en"]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 1280]) {
      test.describe(`${locale} ${colorScheme} ${width}`, () => {
        test.use({ locale, colorScheme, viewport: { width, height: 800 } });
        for (const [name, reach] of Object.entries(states)) {
          test(name, async ({ page, app, keyless, photo }, info) => {
            const calm = guard(page);
            if (!name.startsWith("settings")) await page.setExtraHTTPHeaders(aClient());
            await reach({ page, app, keyless, photo, lang: locale });
            const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
            expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" | ")}`)).toEqual([]);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            expect(wide, "pixels to scroll sideways").toBe(0);
            await page.screenshot({ path: info.outputPath("page.png"), fullPage: true });
            calm();
          });
        }
      });
    }
  }
}
