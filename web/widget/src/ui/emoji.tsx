// The emoji picker: a search field and a grid that the arrow keys move in.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useUi } from "./context.ts";
import { emojiGroups } from "./emoji-data.ts";
import { moveAmong, trapTab } from "./focus.ts";

const columns = 8;

export function EmojiPicker({ pick, close }: { pick(emoji: string): void; close(): void }): JSX.Element {
  const { t, language } = useUi();
  const [search, setSearch] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    const root = box.current!.getRootNode();
    const outside = (event: Event): void => {
      const target = event.composedPath()[0] as Node;
      if (!box.current?.contains(target) && !(target as Element).closest?.(".emoji-button")) close();
    };
    root.addEventListener("pointerdown", outside);
    return () => root.removeEventListener("pointerdown", outside);
  }, []);
  const wanted = search.trim().toLowerCase();
  const groups = emojiGroups
    .map((group) => group.filter((e) => !wanted || e.en.includes(wanted) || e.zh.includes(wanted)))
    .filter((group) => group.length > 0);
  return (
    <div
      class="emoji-picker"
      role="dialog"
      aria-label={t("emoji")}
      ref={box}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          close();
        } else if (event.key === "ArrowDown" && event.target === field.current) {
          event.preventDefault();
          box.current?.querySelector<HTMLElement>("[data-item]")?.focus();
        } else if (event.key === "Tab") {
          event.stopPropagation();
          trapTab(event, box.current!);
        }
      }}
    >
      <input
        ref={field}
        type="search"
        value={search}
        placeholder={t("emojiFind")}
        aria-label={t("emojiFind")}
        onInput={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          const first = groups[0]?.[0];
          if (event.key === "Enter" && !event.isComposing && first) {
            event.preventDefault();
            pick(first.character);
          }
        }}
      />
      <div class="emoji-grid" role="group" onKeyDown={(event) => moveAmong(event, event.currentTarget, columns)}>
        {groups.flat().map((e, i) => {
          const name = language.table === "zh" ? e.zh : e.en;
          return (
            <button
              key={e.character}
              type="button"
              data-item
              tabIndex={i === 0 ? 0 : -1}
              aria-label={name}
              title={name}
              onClick={() => pick(e.character)}
            >
              {e.character}
            </button>
          );
        })}
        {groups.length === 0 && <p class="muted">{t("emojiNone")}</p>}
      </div>
    </div>
  );
}
