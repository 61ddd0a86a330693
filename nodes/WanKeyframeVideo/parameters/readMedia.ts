import type { IExecuteFunctions } from 'n8n-workflow';

import { isRecord, type JsonRecord } from '../util/json';
import {
	findBinaryFile,
	isBinary,
	type BinaryFile,
	type BinaryReference,
} from '../media/binaryFile';
import { FILE_FORMAT_BYTES, fileFormatOf } from '../media/fileFormat';
import { imageInfoOf, readImageInfo } from '../media/imageFile';
import { IMAGE_HEADER_BYTES } from '../media/imageHeader';
import type { ImageInfo as FoundImage } from '../util/mediaInfo';
import type {
	FileInfo,
	ImageInfo,
	MediaGiven,
	MediumGiven,
	TransportOption,
} from '../models/checkMedia';
import type { Finding } from '../models/checkSettings';
import type { MediaRole, StartFrom } from '../models/family';
import { AUDIO_BINARY, AUDIO_URL, FRAME_TRANSPORT, MEDIA_FIELDS, START_FROM } from './mediaFields';

/** Where a medium comes from, as the item's parameters say. */
export type MediumSource =
	| { readonly kind: 'url'; readonly url: string }
	| {
			readonly kind: 'binary';
			readonly label: string;
			readonly file: BinaryFile;
			/** The format its bytes tell, as a file name's extension; empty for none. */
			readonly extension: string;
			readonly wish: TransportOption;
	  };

export interface ReadMedia {
	readonly given: MediaGiven;
	readonly sources: Readonly<Partial<Record<MediaRole, MediumSource>>>;
	/** Why a binary cannot be read; its medium counts as absent. */
	readonly findings: readonly Finding[];
}

interface ReadMedium {
	readonly given: MediumGiven;
	readonly source?: MediumSource;
	readonly finding?: Finding;
}

/** Reads which media the item has, and of each as many bytes as tell what it is. Sends nothing. */
export async function readMedia(ctx: IExecuteFunctions, itemIndex: number): Promise<ReadMedia> {
	const parameter = (name: string, fallback: string): unknown =>
		ctx.getNodeParameter(name, itemIndex, fallback);
	const collection: unknown = ctx.getNodeParameter('options', itemIndex, {});
	const options: JsonRecord = isRecord(collection) ? collection : {};
	const startFrom: StartFrom =
		parameter(START_FROM.name, 'firstFrame') === 'firstClip' ? 'firstClip' : 'firstFrame';
	const wish = readWish(options[FRAME_TRANSPORT.name]);

	const sourced = async (role: Exclude<MediaRole, 'drivingAudio'>): Promise<ReadMedium> => {
		const { source, url, binary } = MEDIA_FIELDS[role];
		return parameter(source.name, 'url') === 'binary'
			? await readBinary(ctx, itemIndex, role, {
					label: binary.label,
					reference: readReference(parameter(binary.name, binary.default)),
					wish,
				})
			: readUrl(url.label, parameter(url.name, ''));
	};
	const unused = (role: 'firstFrame' | 'firstClip'): ReadMedium => ({
		given: { kind: 'absent', label: MEDIA_FIELDS[role].url.label },
	});
	const read: Record<MediaRole, ReadMedium> = {
		firstFrame: startFrom === 'firstFrame' ? await sourced('firstFrame') : unused('firstFrame'),
		firstClip: startFrom === 'firstClip' ? await sourced('firstClip') : unused('firstClip'),
		lastFrame: await sourced('lastFrame'),
		drivingAudio: await readAudio(ctx, itemIndex, options),
	};
	const { firstFrame, firstClip, lastFrame, drivingAudio } = read;
	return {
		given: {
			startFrom,
			media: {
				firstFrame: firstFrame.given,
				firstClip: firstClip.given,
				lastFrame: lastFrame.given,
				drivingAudio: drivingAudio.given,
			},
		},
		sources: {
			...(firstFrame.source && { firstFrame: firstFrame.source }),
			...(firstClip.source && { firstClip: firstClip.source }),
			...(lastFrame.source && { lastFrame: lastFrame.source }),
			...(drivingAudio.source && { drivingAudio: drivingAudio.source }),
		},
		findings: Object.values(read).flatMap(({ finding }) => (finding ? [finding] : [])),
	};
}

async function readAudio(
	ctx: IExecuteFunctions,
	itemIndex: number,
	options: JsonRecord,
): Promise<ReadMedium> {
	const url = readUrl(AUDIO_URL.label, options[AUDIO_URL.name]);
	const reference = readReference(options[AUDIO_BINARY.name]);
	if (reference === '') return url;
	const { label } = AUDIO_BINARY;
	if (url.source !== undefined) {
		const says = `and '${AUDIO_URL.label}' are both set: set one of them`;
		return { given: { kind: 'absent', label }, finding: { label, says } };
	}
	return await readBinary(ctx, itemIndex, 'drivingAudio', { label, reference, wish: 'upload' });
}

function readUrl(label: string, value: unknown): ReadMedium {
	const url = readText(value);
	if (url === '') return { given: { kind: 'absent', label } };
	const source: MediumSource = { kind: 'url', url };
	const data = /^data:image\/[a-z0-9.+-]+;base64,/i.exec(url);
	if (data === null) return { given: { kind: 'url', label, url }, source };
	// Four characters are three bytes.
	const from = data[0].length;
	const head = url.slice(from, from + Math.ceil(IMAGE_HEADER_BYTES / 3) * 4);
	const content: FileInfo = {
		kind: 'picture',
		image: shownToModels(imageInfoOf(Buffer.from(head, 'base64'), url.length)),
	};
	return { given: { kind: 'dataUri', label, length: url.length, content }, source };
}

async function readBinary(
	ctx: IExecuteFunctions,
	itemIndex: number,
	role: MediaRole,
	{ label, reference, wish }: { label: string; reference: BinaryReference; wish: TransportOption },
): Promise<ReadMedium> {
	if (reference === '') return { given: { kind: 'absent', label } };
	const found = await findBinaryFile(ctx, itemIndex, reference);
	if (found.kind === 'missing') {
		return { given: { kind: 'absent', label }, finding: { label, says: found.says } };
	}
	const { file } = found;
	const isImage = role === 'firstFrame' || role === 'lastFrame';
	const content: FileInfo = isImage
		? { kind: 'picture', image: shownToModels(await readImageInfo(file, MAX_IMAGE_BYTES)) }
		: { kind: 'file', format: fileFormatOf(await file.head(FILE_FORMAT_BYTES)) };
	return {
		given: { kind: 'binary', label, bytes: file.bytes, content, wish },
		source: { kind: 'binary', label, file, extension: extensionOf(content), wish },
	};
}

/** Above the limit of every model. */
const MAX_IMAGE_BYTES = 50 * 1024 * 1024;

/** As far as the models' checks know pictures. */
function shownToModels(image: FoundImage): ImageInfo {
	if (image.kind === 'unknown' || image.kind === 'unsized') return { kind: 'unknown' };
	const { format } = image;
	return format === 'heic' || format === 'heif' ? { kind: 'unknown' } : { ...image, format };
}

function extensionOf(content: FileInfo): string {
	if (content.kind === 'file') return content.format ?? '';
	return content.image.kind === 'image' ? content.image.format : '';
}

function readWish(value: unknown): TransportOption {
	return value === 'dataUri' || value === 'upload' ? value : 'auto';
}

function readReference(value: unknown): BinaryReference {
	return isBinary(value) ? value : readText(value);
}

const readText = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
