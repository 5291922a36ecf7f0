// The files that are loaded when they are needed. Their names change with each version of the server, and an upgrade takes the old ones
// away: a page that was loaded before it gets a new w.js, which knows the new names.

export class Files {
  /** Counts what could not be loaded: a module that failed stays so under its address for as long as the page lives. */
  private failures = 0;
  private renewing: Promise<void> | null = null;

  /** `renew` runs a new w.js, which takes this widget's place if it is of another version. `isNew`: this one has just been that. */
  constructor(
    private readonly base: () => string,
    private readonly renew: () => Promise<void>,
    private isNew: boolean,
  ) {}

  async load<T>(file: string): Promise<T> {
    try {
      return await this.import<T>(file);
    } catch (error) {
      if (this.isNew) {
        this.isNew = false; // two versions that are served in turn must not follow each other for ever
        throw error;
      }
      await (this.renewing ??= this.renew().finally(() => (this.renewing = null)));
      return this.import<T>(file);
    }
  }

  private import<T>(file: string): Promise<T> {
    const { href } = new URL(this.failures > 0 ? `${file}#${this.failures}` : file, this.base());
    const module = import(/* @vite-ignore */ href) as Promise<T>;
    module.catch(() => this.failures++);
    return module;
  }
}

/** Runs w.js again under an address that no cache knows, with the tag's attributes. */
export function runAgain(tag: HTMLScriptElement, base: string, mark: (copy: HTMLScriptElement) => void): Promise<void> {
  const copy = document.createElement("script");
  for (const name of tag.getAttributeNames()) if (name !== "integrity") copy.setAttribute(name, tag.getAttribute(name)!);
  copy.nonce = tag.nonce;
  copy.src = new URL(`w.js?${Math.random().toString(36).slice(2)}`, base).href;
  mark(copy);
  return new Promise((resolve) => {
    copy.onload = copy.onerror = () => {
      copy.remove();
      resolve();
    };
    document.documentElement.append(copy);
  });
}
