import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { en } from "./words-en.ts";
import { limitsEn, limitsZh } from "./words-limits.ts";
import { lookEn, lookZh } from "./words-look.ts";
import { siteEn, siteZh } from "./words-site.ts";
import { zh } from "./words-zh.ts";

const tables: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ["words-en", en, zh],
  ["words-site", siteEn, siteZh],
  ["words-look", lookEn, lookZh],
  ["words-limits", limitsEn, limitsZh],
];
const forms = (text: unknown): string[] => (typeof text === "string" ? [text] : Object.values(text as Record<string, string>));
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test("both languages have each word, with the same values in it", () => {
  for (const [name, english, chinese] of tables) {
    assert.deepEqual(Object.keys(chinese), Object.keys(english), name);
    for (const key of Object.keys(english)) {
      for (const text of [...forms(english[key]), ...forms(chinese[key])]) assert.ok(text.trim(), `${name} ${key}`);
      const wanted = placeholders(forms(english[key]).at(-1) as string);
      for (const text of forms(chinese[key])) assert.deepEqual(placeholders(text), wanted, `${name} ${key}`);
    }
  }
});

test("no word stands in two tables, and each is said somewhere", () => {
  const keys = tables.slice(0, 3).flatMap(([, english]) => Object.keys(english));
  assert.equal(new Set(keys).size, keys.length);
  const folder = `${process.cwd()}/panel/src`;
  const sources = readdirSync(folder).filter((file) => /\.tsx?$/.test(file) && !/^words-|\.test\./.test(file));
  const text = sources.map((file) => readFileSync(`${folder}/${file}`, "utf8")).join("\n");
  const begun = [...text.matchAll(/`(\w+_)\$\{/g)].map(([, prefix]) => prefix as string);
  const unsaid = keys.filter((key) => !text.includes(`"${key}"`) && !begun.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unsaid, []);
});
