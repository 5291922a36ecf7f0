import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanName, makeNick, oneLine, refusedCharacter, writtenName } from "./nick.ts";

test("a nick is as like the written name as a room can take it", () => {
  const table: [name: string, nick: string][] = [
    ["Ann", "Ann"],
    ["玛丽·居里", "玛丽‧居里"],
    ["Maria·", "Maria‧"],
    ["Gal·la Pal·les", "Gal·la Pal·les"], // Catalan
    ["マリー・キュリー", "マリー・キュリー"],
    ["Tom・Lee", "Tom‧Lee"],
    ["Anna ❤️", "Anna ❤"],
    ["👩‍💻 Dev", "👩💻 Dev"],
    ["🏴\u{E0067}\u{E0062}\u{E007F}", "🏴"],
    ["Ali\u200F", "Ali"],
    ["So\u00ADfie", "Sofie"],
    ["So\u200Bfie\uFEFF", "Sofie"],
    ["محمـــد", "محمد"], // drawn out by tatweel
    ["علی\u200Cرضا", "علی\u200Cرضا"], // two words of one Persian name
    ["a\u200Cb", "ab"],
    ["क्\u200Dष", "क्\u200Dष"],
    ["क\u200Dष", "कष"],
    ["٣۴", "٣٤"],
    ["׳x", "'x"],
    ["ג׳ורג׳", "ג׳ורג׳"],
    ["ab\uE000\u{10FFFF}\u0378", "ab"],
    ["〱〻", "々々"],
    ["\u1112\u1161\u11AB\u1100", "한"],
    ["\uD800x", "x"],
    ["a\u2028b\tc\u0000", "a b c"],
    ["  Tom \u3000 Lee ", "Tom Lee"],
    ["\u200B", ""],
    ["e\u0301", "é"],
  ];
  for (const [name, nick] of table) {
    assert.equal(makeNick(name), nick, JSON.stringify(name));
    assert.equal(makeNick(nick), nick, "twice is once");
  }
  assert.equal(makeNick("x".repeat(100)).length, 48);
});

test("what the server has refused is left out", () => {
  const text = "The resourcepart has a character that is not allowed there: U+1FAE9.";
  assert.equal(refusedCharacter(text), "\u{1FAE9}");
  assert.equal(refusedCharacter("It is empty."), undefined);
  assert.equal(refusedCharacter("U+FFFFFF"), "\u{10FFFF}");
  assert.equal(makeNick("Tired \u{1FAE9}", new Set(["\u{1FAE9}"])), "Tired");
});

test("a written name is shown where it is its owner's nick", () => {
  assert.equal(writtenName("Anna ❤", "Anna ❤️"), "Anna ❤️");
  for (const number of [2, 10]) assert.equal(writtenName(`Anna ❤ ${number}`, "Anna ❤️"), `Anna ❤️ ${number}`);
  assert.equal(writtenName("玛丽‧居里", "玛丽·居里"), "玛丽·居里");
  for (const written of ["Admin", "", "Anna", "Anna ❤️❤️", "\u200B"]) assert.equal(writtenName("Anna ❤", written), undefined, written);
  assert.equal(writtenName("Ann", "Ann"), undefined);
});

test("a name that is too long ends with a whole character as people see them", () => {
  const long = "x".repeat(46);
  for (const last of ["👩‍💻", "g̈̌̂", "ห่ำ"]) {
    assert.equal(cleanName(long + last), long);
    assert.equal(makeNick(long + last), makeNick(long));
  }
  assert.equal(cleanName("🇨🇳".repeat(30)), "🇨🇳".repeat(24));
  assert.equal(cleanName(`e${"\u0302".repeat(100)}`).length, 48);
});

test("a name stays as it is written, on one line", () => {
  assert.equal(cleanName(" Anna\t❤️ \n"), "Anna ❤️");
});

test("what others have written stands in one line, turns nothing, and ends", () => {
  assert.equal(oneLine(" Tea\u202E and\n\tcake\u2028\u0000\u2066now\u2069 "), "Tea and cake now");
  assert.equal(oneLine("קהוה and tea"), "קהוה and tea");
  assert.equal(oneLine("\u202E"), "");
  assert.equal(oneLine("x".repeat(5_000)).length, 1_000);
  assert.equal(oneLine(`${"x".repeat(999)}😀`), "x".repeat(999));
});
