/** What may fail in a way that callers expect: a value, or the reason why there is none. */
export type Result<T, E> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly error: E };

/** The result that holds this value. */
export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** The result that holds this reason. */
export const fail = <E>(error: E): { readonly ok: false; readonly error: E } => ({
	ok: false,
	error,
});
