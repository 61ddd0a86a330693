import type { IExecuteFunctions } from 'n8n-workflow';

import {
	findBinaryFile,
	isBinary,
	type BinaryFile,
	type BinaryReference,
} from '../media/binaryFile';
import type { LinkFetcher } from '../media/fetchLink';
import { FILE_FORMAT_BYTES, fileFormatOf } from '../media/fileFormat';
import { imageInfoOf, readImageInfo } from '../media/imageFile';
import { IMAGE_HEADER_BYTES } from '../media/imageHeader';
import { quoteValue, type ValidationIssue } from '../models/describe';
import { shorten } from '../util/errorText';
import type { Model } from '../models/family';
import type { FileInput, FrameInput, MediaInputs } from '../models/mediaInput';
import { optional } from '../util/optional';
import { fail, ok, type Result } from '../util/result';
import {
	checkDataUri,
	checkLink,
	FILE_LINK_BEGINNINGS,
	PICTURE_LINK_BEGINNINGS,
} from './checkLink';
import type { LinkTransport, MediaParameters, MediaReference } from './mediaFields';

/** An item's media with the files that hold them, read once. */
export type ItemMedia = MediaInputs<BinaryFile>;

export interface ReadMedia {
	readonly media: ItemMedia;
	/** What cannot be read or fetched; its medium counts as absent. */
	readonly issues: readonly ValidationIssue[];
}

/** What reading needs beside the parameters. */
export interface MediaReading {
	readonly ctx: IExecuteFunctions;
	readonly itemIndex: number;
	readonly model: Model;
	/**
	 * True if the credential's host is one of the service's own, which fetches links from the
	 * internet.
	 */
	readonly isServicePublic: boolean;
	/** Fetches the pictures of links, each once a run. */
	readonly links: LinkFetcher;
	readonly frames: FrameReads;
}

/** The frames that a run has read or is reading: one that two clips use is read once. */
export type FrameReads = Map<string, Promise<Result<FrameInput<BinaryFile>, ValidationIssue>>>;

/** Reads of each medium as many bytes as tell what it is. Sends nothing. */
export async function readMedia(
	reading: MediaReading,
	parameters: MediaParameters,
): Promise<ReadMedia> {
	const issues: ValidationIssue[] = [];
	const collect = <T>(result: Result<T, ValidationIssue>, { label, item }: MediaReference) => {
		const source = optional('item', item);
		if (result.ok) return { ...result.value, ...source };
		issues.push({ ...result.error, ...source });
		return { kind: 'absent', label, ...source } as const;
	};
	const frame = async (reference: MediaReference) =>
		collect(await readFrameOnce(reading, reference, parameters), reference);
	const file = async (reference: MediaReference) =>
		collect(await readFile(reading, reference), reference);
	const media: ItemMedia = {
		startFrom: parameters.startFrom,
		firstFrame: await frame(parameters.firstFrame),
		firstClip: await file(parameters.firstClip),
		lastFrame: await frame(parameters.lastFrame),
		drivingAudio: await file(parameters.drivingAudio),
	};
	return { media, issues };
}

async function readFrameOnce(
	reading: MediaReading,
	reference: MediaReference,
	{ transport, linkTransport }: MediaParameters,
): Promise<Result<FrameInput<BinaryFile>, ValidationIssue>> {
	const { frames, model } = reading;
	const itemIndex = reference.item ?? reading.itemIndex;
	const key = JSON.stringify([itemIndex, reference.label, model.id, linkTransport]);
	const ofItem = { ...reading, itemIndex };
	const frame = frames.get(key) ?? readFrame(ofItem, reference, linkTransport);
	frames.set(key, frame);
	const read = await frame;
	// Each clip has its own way to send a frame.
	return read.ok && read.value.kind === 'binary' ? ok({ ...read.value, transport }) : read;
}

async function readFrame(
	reading: MediaReading,
	reference: MediaReference,
	linkTransport: LinkTransport,
): Promise<Result<FrameInput<BinaryFile>, ValidationIssue>> {
	const { label } = reference;
	switch (reference.kind) {
		case 'absent':
			return ok(reference);
		case 'url':
			return linkTransport === 'fetch' && /^https?:/i.test(reference.url)
				? await fetchPicture(reading, label, reference.url)
				: readPictureLink(reading, label, reference.url);
		case 'binary': {
			const { maxBytes } = reading.model.frames;
			const read = await readBinary(reading, label, reference.reference, async (file) => ({
				file,
				image: await readImageInfo(file, maxBytes),
			}));
			return read.ok ? ok({ kind: 'binary', label, ...read.value, transport: 'auto' }) : read;
		}
	}
}

/** The file behind a link, as if it had come as binary data. Private hosts are no matter: n8n fetches. */
async function fetchPicture(
	{ model, links }: MediaReading,
	label: string,
	url: string,
): Promise<Result<FrameInput<BinaryFile>, ValidationIssue>> {
	const issue = checkLink(url, { beginnings: PICTURE_LINK_BEGINNINGS, isServicePublic: false });
	if (issue !== undefined) return fail({ label, ...issue });
	const { maxBytes } = model.frames;
	const fetched = await links.fetch(url, maxBytes);
	if (!fetched.ok) return fail({ label, ...fetched.error });
	const file = fetched.value;
	return ok({
		kind: 'binary',
		label,
		file,
		image: await readImageInfo(file, maxBytes),
		transport: 'auto',
	});
}

function readPictureLink(
	{ model, isServicePublic }: MediaReading,
	label: string,
	url: string,
): Result<FrameInput<BinaryFile>, ValidationIssue> {
	const dataUriIssue = checkDataUri(url, model.frames.formats);
	if (dataUriIssue !== undefined) return fail({ label, ...dataUriIssue });
	if (/^data:/i.test(url)) {
		const data = url.slice(url.indexOf(',') + 1);
		// Four characters are three bytes.
		const head = data.slice(0, Math.ceil(IMAGE_HEADER_BYTES / 3) * 4);
		const bytes = Buffer.byteLength(data, 'base64');
		const image = imageInfoOf(Buffer.from(head, 'base64'), bytes);
		return ok({ kind: 'dataUri', label, url, image });
	}
	const issue = checkLink(url, { beginnings: PICTURE_LINK_BEGINNINGS, isServicePublic });
	return issue === undefined ? ok({ kind: 'url', label, url }) : fail({ label, ...issue });
}

async function readFile(
	reading: MediaReading,
	reference: MediaReference,
): Promise<Result<FileInput<BinaryFile>, ValidationIssue>> {
	const { label } = reference;
	switch (reference.kind) {
		case 'absent':
			return ok(reference);
		case 'url': {
			const { url } = reference;
			if (/^data:/i.test(url)) {
				const problem = 'is a data URI, but only images can be given so; give a URL or binary data';
				return fail({ label, problem });
			}
			const { isServicePublic } = reading;
			const issue = checkLink(url, { beginnings: FILE_LINK_BEGINNINGS, isServicePublic });
			return issue === undefined ? ok({ kind: 'url', label, url }) : fail({ label, ...issue });
		}
		case 'binary': {
			const read = await readBinary(reading, label, reference.reference, async (file) => ({
				file,
				format: fileFormatOf(await file.head(FILE_FORMAT_BYTES)),
			}));
			return read.ok ? ok({ kind: 'binary', label, ...read.value }) : read;
		}
	}
}

/** Finds the binary and reads from it; a file that is gone or damaged is an issue of the field. */
async function readBinary<T>(
	{ ctx, itemIndex }: MediaReading,
	label: string,
	reference: unknown,
	read: (file: BinaryFile) => Promise<T>,
): Promise<Result<T, ValidationIssue>> {
	const named = binaryReferenceOf(reference);
	if (named === undefined) {
		const problem = `is ${quoteValue(reference)}, but it takes the name of an input field with binary data`;
		return fail({ label, problem });
	}
	try {
		const found = await findBinaryFile(ctx, itemIndex, named);
		return found.kind === 'file'
			? ok(await read(found.file))
			: fail({ label, problem: found.says });
	} catch (error) {
		return fail(unreadableFile(label, named, error));
	}
}

function unreadableFile(
	label: string,
	reference: BinaryReference,
	error: unknown,
): ValidationIssue {
	const name = typeof reference === 'string' ? ` of ${quoteValue(reference)}` : '';
	// A damaged item ends in a TypeError, whose words are about this code and not about the item.
	const isDamaged = error instanceof TypeError || !(error instanceof Error);
	const cause = isDamaged ? '' : ` n8n says: ${shorten(error.message)}`;
	return {
		label,
		problem: `holds a file that cannot be read: the binary data${name} is gone or incomplete`,
		advice: `n8n deletes files of old executions: run the node that brings the file again, and unpin its data.${cause}`,
	};
}

function binaryReferenceOf(reference: unknown): BinaryReference | undefined {
	return typeof reference === 'string' || isBinary(reference) ? reference : undefined;
}
