import type { JsonObject } from '../json.mts';

/** Which part of a list a call asks for; pages count from 1. */
export interface PageRequest {
	number: number;
	size: number;
}

/** The page that `page_no` and `page_size` ask for; undefined where one is not a count. */
export function readPage(
	{ page_no: number, page_size: size }: JsonObject,
	defaultSize: number,
): PageRequest | undefined {
	const page = { number: readCount(number, 1), size: readCount(size, defaultSize) };
	return page.number === undefined || page.size === undefined
		? undefined
		: { number: page.number, size: page.size };
}

/** The entries of one page. */
export function pageOf<T>(entries: readonly T[], { number, size }: PageRequest): T[] {
	return entries.slice((number - 1) * size, number * size);
}

function readCount(value: unknown, byDefault: number): number | undefined {
	if (value === undefined || value === '') return byDefault;
	const count = Number(value);
	return Number.isInteger(count) && count >= 1 ? count : undefined;
}
