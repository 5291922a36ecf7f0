// Checks of what is read back: storage holds what an older widget, another script or a damaged disk left there.

export type Check<T> = (value: unknown) => value is T;

export const isString = (value: unknown): value is string => typeof value === "string";
export const isNumber = (value: unknown): value is number => Number.isFinite(value);
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

export function optional<T>(is: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || is(value);
}

export function nullable<T>(is: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || is(value);
}

export function listOf<T>(is: Check<T>): Check<T[]> {
  return (value): value is T[] => Array.isArray(value) && !value.some((item) => !is(item));
}

export function mapOf<T>(is: Check<T>): Check<Record<string, T>> {
  return (value): value is Record<string, T> => typeof value === "object" && value !== null && listOf(is)(Object.values(value));
}

export function pairOf<A, B>(first: Check<A>, second: Check<B>): Check<[A, B]> {
  return (value): value is [A, B] => Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);
}

/** An object with these fields; what else it has is not looked at. */
export function hasFields<T extends object>(fields: { [K in keyof T]?: Check<T[K]> }): Check<T> {
  return (value): value is T =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries<Check<unknown> | undefined>(fields).every(([name, is]) => is!((value as Record<string, unknown>)[name]));
}
