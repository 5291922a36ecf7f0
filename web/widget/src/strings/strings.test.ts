import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bubbleStrings } from "./bubble.ts";
import { callPageStrings } from "./call-page.ts";
import { callStrings } from "./calls.ts";
import { groupStrings } from "./group.ts";
import { chatStrings } from "./chat.ts";
import { chooseLanguage, translator, type Text } from "./table.ts";

const forms = (text: Text) => (typeof text === "string" ? [text] : [text.one, text.other]);
const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join();

for (const [name, { en, zh }] of Object.entries({ bubbleStrings, chatStrings, callStrings, callPageStrings, groupStrings })) {
  test(`${name}: both languages have every string, with the same places to fill`, () => {
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      const [english, chinese] = [en[key] as Text, zh[key] as Text];
      assert.equal(typeof chinese, typeof english, key);
      for (const form of [...forms(english), ...forms(chinese)]) assert.ok(form.trim(), key);
      const wanted = places(forms(english).at(-1)!);
      for (const form of forms(chinese)) assert.equal(places(form), wanted, key);
      assert.ok(
        forms(chinese).every((f) => /\p{Script=Han}/u.test(f) || /^\{\w+\}[：:]\s?\{\w+\}$/.test(f)),
        `${key} is not Chinese`,
      );
    }
  });
}

test("the language asked for, the one there is, and the direction", () => {
  assert.deepEqual(chooseLanguage("zh-Hans-CN"), { table: "zh", locale: "zh-CN", dir: "ltr" });
  assert.deepEqual(chooseLanguage("en-GB"), { table: "en", locale: "en-GB", dir: "ltr" });
  assert.deepEqual(chooseLanguage("ar"), { table: "en", locale: "en", dir: "rtl" });
  assert.deepEqual(chooseLanguage("he-IL").dir, "rtl");
  assert.deepEqual(chooseLanguage("de").locale, "en");
  assert.doesNotThrow(() => chooseLanguage("en-!!"));
});

test("every string is used", () => {
  const root = join(process.cwd(), "widget/src");
  const files = (readdirSync(root, { recursive: true }) as string[]).filter((f) => /(?<!\.test)\.tsx?$/.test(f) && !f.startsWith("strings/"));
  const source = files.map((f) => readFileSync(join(root, f), "utf8")).join("\n");
  for (const { en } of [bubbleStrings, chatStrings, callStrings, callPageStrings]) {
    const shown = ["online", "away", "dnd", "offline", "pending", "sent", "delivered", "seen"]; // values of the model, said by their name
    for (const key of Object.keys(en)) assert.ok(shown.includes(key) || source.includes(`"${key}"`), `${key} is not used`);
  }
});

test("numbers choose the form", () => {
  const en = translator(chatStrings, chooseLanguage("en"));
  assert.equal(en("peopleCount", { n: 1 }), "1 person here");
  assert.equal(en("peopleCount", { n: 2 }), "2 people here");
  assert.equal(translator(chatStrings, chooseLanguage("zh"))("peopleCount", { n: 1 }), "1 人在场");
});
