// One form for all: its fields are described, what is wrong is said under the field that it is about, and the first such field is focused.
import { useId, useRef, useState } from "preact/hooks";
import { Refused } from "./api.ts";
import { useWords } from "./words.ts";

export type Values = Record<string, string>;

export interface Field {
  name: string;
  label: string;
  /** `switch` has the value "on" or "". */
  type?: "text" | "email" | "password" | "number" | "lines" | "select" | "switch";
  value?: string;
  hint?: string;
  required?: boolean;
  autocomplete?: string;
  options?: [value: string, label: string][];
  /** Left to right in every language: addresses, keys. */
  ltr?: boolean;
  /** What is wrong with the value, in words; undefined: nothing. */
  check?: (value: string, all: Values) => string | undefined;
}

export interface FormProps {
  fields: Field[];
  label: string;
  /** Throws what the server refused. */
  submit: (values: Values) => Promise<unknown>;
  danger?: boolean;
  /** Said when it is done, where the form stays. */
  done?: string;
  cancel?: () => void;
  /** Which field a refusal is about, where its text does not name one. */
  place?: (refused: Refused) => string | undefined;
  columns?: boolean;
}

/** The server's sentences name a field as 'email'. */
function placeOf(refused: Refused, fields: Field[], place: FormProps["place"]): string | undefined {
  const placed = place?.(refused);
  if (placed) return placed;
  const named = [...refused.message.matchAll(/'([a-z_]+)'/g)].map((match) => match[1]);
  return fields.find(({ name }) => named.includes(name))?.name;
}

function Input({ field, id, value, set, error }: { field: Field; id: string; value: string; set: (value: string) => void; error?: string }) {
  const described = [field.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const common = { id, name: field.name, "aria-describedby": described, "aria-invalid": error ? ("true" as const) : undefined };
  const dir = field.ltr || ["email", "password", "number"].includes(field.type ?? "") ? "ltr" : "auto";
  if (field.type === "lines") return <textarea {...common} dir={dir} rows={4} value={value} onInput={(e) => set(e.currentTarget.value)} />;
  if (field.type === "select") {
    return (
      <select {...common} value={value} onChange={(e) => set(e.currentTarget.value)}>
        {field.options?.map(([key, label]) => (
          <option key={key} value={key} selected={key === value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  if (field.type === "switch") {
    return <input {...common} type="checkbox" checked={value === "on"} onChange={(e) => set(e.currentTarget.checked ? "on" : "")} />;
  }
  const mode = field.type === "number" ? "numeric" : field.type === "email" ? "email" : undefined;
  const typed = {
    ...common,
    dir,
    autocomplete: field.autocomplete ?? "off",
    "aria-required": field.required ? ("true" as const) : undefined,
    value,
    onInput: (event: { currentTarget: HTMLInputElement }) => set(event.currentTarget.value),
  } as const;
  if (field.type === "password") return <input {...typed} type="password" />;
  return (
    <input {...typed} type="text" inputMode={mode} autocapitalize={field.ltr || field.type === "email" ? "none" : undefined} spellcheck={false} />
  );
}

/** The fields' values at first. */
const begin = (fields: Field[]): Values => Object.fromEntries(fields.map(({ name, value }) => [name, value ?? ""]));

export function Form({ fields, label, submit, danger, done, cancel, place, columns }: FormProps) {
  const say = useWords();
  const form = useId();
  const [values, setValues] = useState<Values>(() => begin(fields));
  const [errors, setErrors] = useState<Values>({});
  const [state, setState] = useState<"" | "busy" | "done">("");
  const element = useRef<HTMLFormElement>(null);
  const value = (field: Field) => values[field.name] ?? field.value ?? "";

  function show(found: Values) {
    setErrors(found);
    const first = fields.find(({ name }) => found[name]);
    const target = first ? `#${CSS.escape(`${form}-${first.name}`)}` : ".form-error";
    requestAnimationFrame(() => requestAnimationFrame(() => element.current?.querySelector<HTMLElement>(target)?.focus()));
  }

  function check(): Values {
    const all = Object.fromEntries(fields.map((field) => [field.name, value(field)]));
    const found = fields.map((field): [string, string | undefined] => {
      const given = value(field).trim();
      if (!given) return [field.name, field.required ? say("fieldMissing") : undefined];
      if (field.type === "number" && !/^-?\d{1,15}$/.test(given)) return [field.name, say("fieldNumber")];
      if (field.type === "email" && !/^\S+@\S+$/.test(given)) return [field.name, say("fieldEmail")];
      return [field.name, field.check?.(value(field), all)];
    });
    return Object.fromEntries(found.filter(([, text]) => text)) as Values;
  }

  async function send(event: Event) {
    event.preventDefault();
    if (state === "busy") return;
    const wrong = check();
    if (Object.keys(wrong).length) return show(wrong);
    setErrors({});
    setState("busy");
    try {
      await submit(Object.fromEntries(fields.map((field) => [field.name, field.type === "password" ? value(field) : value(field).trim()])));
      setState(done ? "done" : "");
      if (done) setValues((now) => ({ ...now, ...begin(fields.filter(({ type }) => type === "password")) }));
    } catch (error) {
      setState("");
      if (!(error instanceof Refused)) throw error;
      show({ [placeOf(error, fields, place) ?? ""]: say.refusal(error) });
    }
  }

  function set(field: Field, text: string) {
    setState("");
    setValues((now) => ({ ...now, [field.name]: text }));
  }

  return (
    <form ref={element} class={columns ? "form form-columns" : "form"} onSubmit={send} noValidate>
      {errors[""] && (
        <p class="form-error" role="alert" tabIndex={-1}>
          {errors[""]}
        </p>
      )}
      <div class="fields">
        {fields.map((field) => {
          const id = `${form}-${field.name}`;
          return (
            <div class={field.type === "switch" ? "field field-switch" : "field"} key={field.name}>
              <label for={id}>{field.label}</label>
              <Input field={field} id={id} value={value(field)} set={(text) => set(field, text)} error={errors[field.name]} />
              {field.hint && (
                <p class="hint" id={`${id}-hint`}>
                  {field.hint}
                </p>
              )}
              {errors[field.name] && (
                <p class="field-error" id={`${id}-error`}>
                  {errors[field.name]}
                </p>
              )}
            </div>
          );
        })}
      </div>
      <div class="buttons">
        <button type="submit" class={danger ? "button button-danger" : "button button-main"} aria-disabled={state === "busy" ? "true" : undefined}>
          {state === "busy" ? say("wait") : label}
        </button>
        {cancel && (
          <button type="button" class="button" onClick={cancel}>
            {say("cancel")}
          </button>
        )}
        <span role="status" class="done">
          {state === "done" ? done : ""}
        </span>
      </div>
    </form>
  );
}
