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

/**
 * The member as a finite number, also where the service writes it as text ("720"); else undefined.
 */
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

/** The service's answers have four levels; each level of a reader's recursion takes stack. */
const MAX_JSON_DEPTH = 100;

/**
 * The value of a JSON text; undefined where it is no JSON or nested deeper than `MAX_JSON_DEPTH`.
 */
export function parseJson(text: string): unknown {
	if (isDeeperThan(text, MAX_JSON_DEPTH)) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Whether brackets outside of strings are nested deeper than this. */
function isDeeperThan(text: string, maxDepth: number): boolean {
	let depth = 0;
	let isInString = false;
	for (let index = 0; index < text.length; index++) {
		const char = text[index];
		if (isInString) {
			if (char === '\\') index++;
			else if (char === '"') isInString = false;
		} else if (char === '"') isInString = true;
		else if (char === '[' || char === '{') {
			if (++depth > maxDepth) return true;
		} else if (char === ']' || char === '}') depth--;
	}
	return false;
}
