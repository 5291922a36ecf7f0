// What files are called, and how large they are, in the user's language.
import { filesAtOnceMax, type Objection, type Upload } from "../files/uploads.ts";
import type { Refusal } from "../files/slot.ts";
import { kindOf, type FileKind, type SharedFile } from "../core/file.ts";
import type { ChatStrings } from "../strings/chat.ts";
import type { IconName } from "./icons.tsx";
import type { Ui } from "./context.ts";

const units = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** "2.4 MB", on one line; 1 KB has 1,024 bytes, as in plans. */
export function bytesText(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = value < 10 && unit > 0 ? 1 : 0;
  const format = new Intl.NumberFormat(locale, {
    style: "unit",
    unit: units[unit],
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: digits,
  });
  return format.format(value).replace(/ /g, "\u00a0");
}

const kindNames: Record<FileKind, keyof ChatStrings> = { picture: "picture", video: "video", voice: "voice", audio: "audio", other: "file" };
export const kindIcons: Record<FileKind, IconName> = { picture: "picture", video: "film", voice: "mic", audio: "note", other: "file" };

export function kindText(file: SharedFile, t: Ui["t"]): string {
  return t(kindNames[kindOf(file)]);
}

/** In one line, where the file itself is not shown: in the list, and to screen readers. */
export function fileText(file: SharedFile, t: Ui["t"]): string {
  const kind = kindOf(file);
  const told = kind === "other" || kind === "audio" ? file.name : (file.caption ?? "");
  return told ? t("saidBy", { name: kindText(file, t), text: told }) : kindText(file, t);
}

/** "PDF" for report.pdf; nothing for what has no ending that says something. */
export function endingText(name: string): string {
  return /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toUpperCase() ?? "";
}

const refusals: Record<Refusal, keyof ChatStrings> = {
  large: "refusedLarge",
  full: "refusedFull",
  busy: "refusedBusy",
  forbidden: "errorForbidden",
  lost: "refusedLost",
  other: "errorOther",
};

/** Why a file was not sent. */
export function refusalText({ refusal = "other", bytesMax, name, file: { size } }: Upload, ui: Pick<Ui, "t" | "language">): string {
  const isKnown = refusal === "large" && bytesMax !== undefined;
  const why = isKnown ? objectionText({ why: "large", name, size, bytesMax }, ui) : ui.t(refusals[refusal]);
  return ui.t("failed", { why });
}

export function objectionText(objection: Objection, { t, language }: Pick<Ui, "t" | "language">): string {
  if (objection.why === "many") return t("filesMax", { n: filesAtOnceMax });
  if (objection.why === "empty") return t("fileEmpty", { name: objection.name });
  const { name, size, bytesMax } = objection;
  return t("fileTooLarge", { name, size: bytesText(size, language.locale), max: bytesText(bytesMax, language.locale) });
}
