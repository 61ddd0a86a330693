import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../dashscope/json';
import { imageFormatOf } from './imageFormat';

/** An image in an item's binary data. */
export interface BinaryImage {
	readonly bytes: Buffer;
	readonly mimeType: string;
}

/** The name of a binary field, or, where an expression gives it, the binary itself. */
export type BinaryReference = string | IBinaryData;

/** True for a binary itself, as `$binary.name` in an expression gives it. */
export function isBinary(value: unknown): value is IBinaryData {
	return isRecord(value) && typeof value['mimeType'] === 'string' && 'data' in value;
}

export type FoundImage =
	| { readonly kind: 'image'; readonly image: BinaryImage }
	/** `says` goes on after the label of the field that names the binary. */
	| { readonly kind: 'unusable'; readonly says: string };

/** Reads the image that `property` names among the item's binary data, or tells why there is none. */
export async function findBinaryImage(
	ctx: IExecuteFunctions,
	itemIndex: number,
	property: BinaryReference,
): Promise<FoundImage> {
	const name = typeof property === 'string' ? `"${property}"` : 'a file';
	let declaredType: string;
	try {
		declaredType = ctx.helpers.assertBinaryData(itemIndex, property).mimeType;
	} catch (error) {
		// A tool call has no main input, and n8n then throws a bare TypeError (measured).
		if (error instanceof TypeError) {
			return unusable('cannot be read in a tool call, which brings no files: give an image URL');
		}
		const fields = Object.keys(ctx.getInputData()[itemIndex]?.binary ?? {});
		const there = fields.length === 0 ? 'no binary data' : `only ${fields.join(', ')}`;
		return unusable(`is ${name}, but the item has ${there}`);
	}
	const bytes = await ctx.helpers.getBinaryDataBuffer(itemIndex, property);
	const format = imageFormatOf(bytes);
	const mimeType = format ? `image/${format}` : declaredType;
	return mimeType.startsWith('image/')
		? { kind: 'image', image: { bytes, mimeType } }
		: unusable(`is ${name}, which holds ${mimeType || 'an unknown type'}, not an image`);
}

const unusable = (says: string): FoundImage => ({ kind: 'unusable', says });

/** The image as text that the API takes in place of a URL. */
export function toDataUri({ bytes, mimeType }: BinaryImage): string {
	return `data:${mimeType};base64,${bytes.toString('base64')}`;
}
