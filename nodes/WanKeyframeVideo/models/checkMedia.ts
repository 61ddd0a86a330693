import { listed, type Finding } from './checkSettings';
import {
	SETTING_LABELS,
	type FileFormat,
	type FileRules,
	type FrameRole,
	type FrameRules,
	type ImageFormat,
	type MediaRole,
	type Model,
	type SettingValues,
	type StartFrom,
} from './family';

/** What is known of an image before it is sent. Sides in pixels. */
export type ImageInfo =
	| {
			readonly kind: 'image';
			readonly format: ImageFormat;
			readonly width: number;
			readonly height: number;
			readonly hasAlpha: boolean;
	  }
	| { readonly kind: 'truncated'; readonly format: ImageFormat }
	| { readonly kind: 'unknown' };

/** What the bytes of a file tell of it, by what it is for. */
export type FileInfo =
	| { readonly kind: 'picture'; readonly image: ImageInfo }
	| { readonly kind: 'file'; readonly format: FileFormat | undefined };

/** How a binary gets to the service. */
export type Transport = 'dataUri' | 'upload';

/** What the user asked for. */
export type TransportOption = 'auto' | Transport;

/** A medium as far as it is known before anything is sent. `label` is the field that brought it. */
export type MediumGiven =
	| { readonly kind: 'absent'; readonly label: string }
	| { readonly kind: 'url'; readonly label: string; readonly url: string }
	/** A data URI: its bytes are known, as a binary's are. */
	| {
			readonly kind: 'dataUri';
			readonly label: string;
			readonly length: number;
			readonly content: FileInfo;
	  }
	| {
			readonly kind: 'binary';
			readonly label: string;
			readonly bytes: number;
			readonly content: FileInfo;
			readonly wish: TransportOption;
	  };

export interface MediaGiven {
	readonly startFrom: StartFrom;
	readonly media: Readonly<Record<MediaRole, MediumGiven>>;
}

const MEGABYTE = 1024 * 1024;

/** Characters of a data URI as a whole: 10 MiB (documented). */
export const MAX_DATA_URI_LENGTH = 10 * MEGABYTE;

/** Longer than the head of any image data URI, `data:image/jpeg;base64,` and its kin. */
const DATA_URI_HEAD_LENGTH = 32;

/** Up to here an image goes along with the request, above it is uploaded (recommended by the API facts). */
const LARGEST_AUTOMATIC_DATA_URI = 7 * MEGABYTE;

/** The largest file that the temporary store takes (documented). */
const LARGEST_UPLOAD = 100 * MEGABYTE;

/** How a binary of so many bytes goes to the service: along with the request, or by the temporary store. */
export function transportOf(
	model: Model,
	role: MediaRole,
	bytes: number,
	wish: TransportOption,
): Transport {
	if (wish !== 'auto') return wish;
	const goesAlong = isFrame(role) && model.family.frames.takesDataUri;
	return goesAlong && bytes <= LARGEST_AUTOMATIC_DATA_URI ? 'dataUri' : 'upload';
}

const isFrame = (role: MediaRole): role is FrameRole =>
	role === 'firstFrame' || role === 'lastFrame';

/** Everything about the media that the service would refuse for this model; empty when all is well. */
export function checkMedia(
	model: Model,
	settings: SettingValues,
	{ startFrom, media }: MediaGiven,
): Finding[] {
	const { firstFrame, lastFrame, firstClip, drivingAudio } = media;
	const { frames, firstClip: clipRules, drivingAudio: audioRules } = model.family;
	const says = ({ label }: MediumGiven, text: string | undefined): Finding[] =>
		text === undefined ? [] : [{ label, says: text }];
	const frame = (role: FrameRole) => says(media[role], frameViolation(model, role, media[role]));

	if (startFrom === 'firstClip') {
		if (clipRules === undefined) {
			return [
				{ label: 'Start From', says: `is First Clip, but ${model.id} starts from frames only` },
			];
		}
		return [
			...says(firstClip, fileViolation(model, 'clip', firstClip, clipRules)),
			...(lastFrame.kind === 'absent' ? [] : frame('lastFrame')),
			...(drivingAudio.kind === 'absent'
				? []
				: says(
						drivingAudio,
						`is set, but ${model.id} takes no sound of your own with a first clip`,
					)),
		];
	}
	const replacing = frames.lastFrameReplacedBy;
	const isReplaced = replacing !== undefined && settings[replacing] !== undefined;
	const surplus = `is set, but with '${replacing && SETTING_LABELS[replacing]}' ${model.id} uses the first frame only`;
	const findings = [
		...frame('firstFrame'),
		...(isReplaced
			? says(lastFrame, lastFrame.kind === 'absent' ? undefined : surplus)
			: frame('lastFrame')),
		...(drivingAudio.kind === 'absent'
			? []
			: says(
					drivingAudio,
					audioRules === undefined
						? `is set, but ${model.id} takes no sound of your own`
						: fileViolation(model, 'sound', drivingAudio, audioRules),
				)),
	];
	return findings.length > 0
		? findings
		: says(lastFrame, pairViolation(model, firstFrame, lastFrame));
}

/** What may go wrong or look different from what the user expects, though the service takes it. */
export function mediaHints(model: Model, { media }: MediaGiven): string[] {
	const { usualSides } = model.family.frames;
	const frames = [media.firstFrame, media.lastFrame].flatMap((given) => {
		const image = imageOf(given);
		return image === undefined ? [] : [{ label: given.label, ...image }];
	});
	const unusual = frames.flatMap(({ label, width, height }) =>
		usualSides && !(within(usualSides, width) && within(usualSides, height))
			? [
					`'${label}' is ${width}×${height}. One of two sources on ${model.id} allows sides of ${usualSides.min} to ${usualSides.max} pixels only; the task may fail, which is not billed.`,
				]
			: [],
	);
	const [first, last] = frames;
	const differ =
		first && last && Math.abs((first.width * last.height) / (first.height * last.width) - 1) > 0.02
			? [
					`The first frame is ${first.width}×${first.height} and the last ${last.width}×${last.height}: their shapes differ. The video has the shape of the first, so the last one will be cropped or squeezed.`,
				]
			: [];
	return [...unusual, ...differ];
}

/** The picture's size, where the header of the frame told it. */
export function imageOf(given: MediumGiven): { width: number; height: number } | undefined {
	if (given.kind !== 'binary' && given.kind !== 'dataUri') return undefined;
	const { content } = given;
	return content.kind === 'picture' && content.image.kind === 'image' ? content.image : undefined;
}

function frameViolation(model: Model, role: FrameRole, given: MediumGiven): string | undefined {
	const { frames } = model.family;
	switch (given.kind) {
		case 'absent':
			return `is empty, but ${model.id} needs this frame`;
		case 'url':
			return urlViolation(given.url, 'http://, https://, oss:// or data:image/');
		case 'dataUri':
			if (!frames.takesDataUri) {
				return `is a data URI, but ${model.id} takes http://, https:// and oss:// URLs only; give the frame as binary data`;
			}
			return given.length > MAX_DATA_URI_LENGTH
				? `is a data URI of ${given.length} characters, but the service takes at most ${MAX_DATA_URI_LENGTH}`
				: saying('holds', contentViolation(model, given.content, frames));
		case 'binary':
			return (
				sizeViolation(model, given.bytes, frames.maxBytes, 'images') ??
				transportViolation(model, role, given.bytes, given.wish) ??
				saying('names', contentViolation(model, given.content, frames))
			);
	}
}

const saying = (verb: string, what: string | undefined): string | undefined =>
	what && `${verb} ${what}`;

function transportViolation(
	model: Model,
	role: MediaRole,
	bytes: number,
	wish: TransportOption,
): string | undefined {
	if (transportOf(model, role, bytes, wish) === 'upload') return undefined;
	if (!model.family.frames.takesDataUri) {
		return `cannot be sent as a data URI: ${model.id} takes URLs only; set 'Frame Transport' to Automatic`;
	}
	const uriLength = DATA_URI_HEAD_LENGTH + 4 * Math.ceil(bytes / 3);
	return uriLength > MAX_DATA_URI_LENGTH
		? `names a file of ${megabytes(bytes)}, which is too large for a data URI; set 'Frame Transport' to Automatic`
		: undefined;
}

/** What is wrong with the content, as the object of a sentence about it. */
function contentViolation(model: Model, content: FileInfo, rules: FrameRules): string | undefined {
	const image: ImageInfo = content.kind === 'picture' ? content.image : { kind: 'unknown' };
	const formats = listed(rules.formats.map((format) => format.toUpperCase()));
	switch (image.kind) {
		case 'unknown':
			return `no image that can be read; ${model.id} takes ${formats}`;
		case 'truncated':
			return `a ${image.format.toUpperCase()} that is cut off before it tells its size`;
		case 'image': {
			const { format, width, height, hasAlpha } = image;
			if (!rules.formats.includes(format)) {
				return `a ${format.toUpperCase()}, but ${model.id} takes ${formats}`;
			}
			if (hasAlpha && !rules.takesAlpha) {
				return `a ${format.toUpperCase()} with transparency, which ${model.id} does not take; flatten it or save it as JPEG`;
			}
			const { sides, maxRatio } = rules;
			if (sides && !(within(sides, width) && within(sides, height))) {
				return `an image of ${width}×${height}, but ${model.id} takes sides of ${sides.min} to ${sides.max} pixels`;
			}
			const ratio = Math.max(width, height) / Math.min(width, height);
			return maxRatio !== undefined && ratio > maxRatio
				? `an image of ${width}×${height}, but ${model.id} takes shapes from 1:${maxRatio} to ${maxRatio}:1`
				: undefined;
		}
	}
}

function pairViolation(
	model: Model,
	firstFrame: MediumGiven,
	lastFrame: MediumGiven,
): string | undefined {
	const { pixelCountRatio } = model.family.frames;
	const first = imageOf(firstFrame);
	const last = imageOf(lastFrame);
	if (!pixelCountRatio || !first || !last) return undefined;
	const ratio = (first.width * first.height) / (last.width * last.height);
	return within(pixelCountRatio, ratio)
		? undefined
		: `has ${last.width}×${last.height} pixels and the first frame ${first.width}×${first.height}, but ${model.id} needs the first to have ${pixelCountRatio.min} to ${pixelCountRatio.max} times the pixels of the last`;
}

function fileViolation(
	model: Model,
	what: string,
	given: MediumGiven,
	{ formats, maxBytes }: FileRules,
): string | undefined {
	const taken = listed(formats.map((format) => format.toUpperCase()));
	switch (given.kind) {
		case 'absent':
			return `is empty, but ${model.id} needs this ${what}`;
		case 'url':
			return urlViolation(given.url, 'http://, https:// or oss://');
		case 'dataUri':
			return 'is a data URI, but only images can be given so; give a URL or binary data';
		case 'binary': {
			const format = given.content.kind === 'file' ? given.content.format : undefined;
			return (
				sizeViolation(model, given.bytes, maxBytes, `a ${what}`) ??
				(format !== undefined && formats.includes(format)
					? undefined
					: `names no ${what} that can be read; ${model.id} takes ${taken}`)
			);
		}
	}
}

function sizeViolation(
	model: Model,
	bytes: number,
	maxBytes: number,
	what: string,
): string | undefined {
	if (bytes === 0) return 'names an empty file';
	const most = Math.min(maxBytes, LARGEST_UPLOAD);
	return bytes > most
		? `names a file of ${megabytes(bytes)}, but ${model.id} takes ${what} of at most ${megabytes(most)}`
		: undefined;
}

function urlViolation(url: string, beginnings: string): string | undefined {
	return isWebUrl(url) || /^oss:\/\/[^\s/]+\/?[^\s]*$/.test(url)
		? undefined
		: `is "${shown(url)}", but it must be a whole URL that begins with ${beginnings}`;
}

function isWebUrl(url: string): boolean {
	return /^https?:\/\/[^\s]+$/i.test(url) && URL.canParse(url);
}

const within = ({ min, max }: { min: number; max: number }, value: number): boolean =>
	min <= value && value <= max;

const shown = (url: string): string => (url.length > 80 ? `${url.slice(0, 80)}…` : url);

/** e.g. "7.9 MB", rounded up so that a file just over a limit is not shown as the limit itself. */
function megabytes(bytes: number): string {
	return `${(Math.ceil((bytes / MEGABYTE) * 10) / 10).toFixed(1)} MB`;
}
