import assert from "node:assert/strict";
import { test } from "node:test";
import { chatStrings } from "../strings/chat.ts";
import { chooseLanguage, translator } from "../strings/table.ts";
import { makeClock } from "./time.ts";

test("times of the day are written as people of the language write them", () => {
  const at = new Date(2025, 2, 3, 8, 5).getTime();
  for (const [tag, time] of [
    ["en", /^8:05\sAM$/],
    ["en-GB", /^08:05$/],
    ["zh", /^08:05$/],
  ] as const) {
    const language = chooseLanguage(tag);
    const clock = makeClock(language.locale, translator(chatStrings, language));
    assert.match(clock.time(at), time);
    assert.match(clock.short(at, at + 3 * 3_600_000), time);
  }
});
