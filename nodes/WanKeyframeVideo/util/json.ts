/** A JSON object whose members are not known yet. */
export type JsonRecord = { readonly [key: string]: unknown };

/** True for a JSON object, false for arrays, null and plain values. */
export function isRecord(value: unknown): value is JsonRecord {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member as text; an absent or empty one, or one of another type, is undefined. */
export function optionalText(record: JsonRecord, key: string): string | undefined {
	const value = record[key];
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The member as a finite number, also where the service writes it as text ("720"); else undefined. */
export function optionalNumber(record: JsonRecord, key: string): number | undefined {
	const value = record[key];
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The member as an object; anything else is an empty one. */
export function objectOrEmpty(record: JsonRecord, key: string): JsonRecord {
	const value = record[key];
	return isRecord(value) ? value : {};
}
