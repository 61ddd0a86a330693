const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** A time span for a message, e.g. `30 min`, `6 s`, `0.06 s`: never rounded to nothing. */
export function describeDuration(ms: number): string {
	return ms < MINUTE_MS ? `${shorten(ms / SECOND_MS)} s` : `${shorten(ms / MINUTE_MS)} min`;
}

const shorten = (value: number): string => String(Number(value.toPrecision(3)));
