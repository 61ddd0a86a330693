import type { Finding } from './checkSettings';
import type { FrameRole, Model, SettingValues } from './family';
import { SETTING_LABELS } from './family';

/** A frame as far as it is known before anything is sent. `label` is the field that brought it. */
export type FrameGiven =
	| { readonly kind: 'absent'; readonly label: string }
	| { readonly kind: 'url'; readonly label: string; readonly url: string }
	| { readonly kind: 'binary'; readonly label: string; readonly bytes: number };

const MEGABYTE = 1024 * 1024;

/** Characters of a data URI as a whole: 10 MiB (documented). */
export const MAX_DATA_URI_LENGTH = 10 * MEGABYTE;

/** Longer than the head of any image data URI, `data:image/jpeg;base64,` and its kin. */
const DATA_URI_HEAD_LENGTH = 32;

/** Everything about the two frames that the service would refuse for this model; empty when all is well. */
export function checkFrames(
	model: Model,
	settings: SettingValues,
	frames: Readonly<Record<FrameRole, FrameGiven>>,
): Finding[] {
	const replacing = model.family.frames.lastFrameReplacedBy;
	const isReplaced = replacing !== undefined && settings[replacing] !== undefined;
	const says = (frame: FrameGiven, text: string | undefined): Finding[] =>
		text === undefined ? [] : [{ label: frame.label, says: text }];
	const { firstFrame, lastFrame } = frames;
	return [
		...says(firstFrame, violation(model, firstFrame)),
		...(isReplaced
			? says(lastFrame, lastFrame.kind === 'absent' ? undefined : surplus(model, replacing))
			: says(lastFrame, violation(model, lastFrame))),
	];
}

const surplus = (model: Model, replacing: keyof typeof SETTING_LABELS): string =>
	`is set, but with '${SETTING_LABELS[replacing]}' ${model.id} uses the first frame only`;

function violation(model: Model, frame: FrameGiven): string | undefined {
	const { maxBytes, takesDataUri } = model.family.frames;
	switch (frame.kind) {
		case 'absent':
			return `is empty, but ${model.id} needs this frame`;
		case 'url':
			return urlViolation(model, frame.url);
		case 'binary': {
			if (frame.bytes === 0) return 'names an empty file';
			if (frame.bytes > maxBytes) {
				return `names a file of ${megabytes(frame.bytes)}, but ${model.id} takes images of at most ${megabytes(maxBytes)}`;
			}
			if (!takesDataUri) {
				return `names binary data, but ${model.id} takes frames by URL only`;
			}
			const uriLength = DATA_URI_HEAD_LENGTH + 4 * Math.ceil(frame.bytes / 3);
			return uriLength > MAX_DATA_URI_LENGTH
				? `names a file of ${megabytes(frame.bytes)}, but at most ${megabytes(largestDataUriImage())} can be sent from binary data; give its URL, or make it smaller`
				: undefined;
		}
	}
}

function urlViolation(model: Model, url: string): string | undefined {
	if (/^data:/i.test(url)) {
		if (!/^data:image\/[a-z0-9.+-]+;base64,[^\s]/i.test(url)) {
			return `is "${shown(url)}", but a data URI must begin with data:image/…;base64,`;
		}
		if (!model.family.frames.takesDataUri) {
			return `is a data URI, but ${model.id} takes http://, https:// and oss:// URLs only`;
		}
		return url.length > MAX_DATA_URI_LENGTH
			? `is a data URI of ${url.length} characters, but the service takes at most ${MAX_DATA_URI_LENGTH}`
			: undefined;
	}
	return isWebUrl(url) || /^oss:\/\/[^\s/]+\/?[^\s]*$/.test(url)
		? undefined
		: `is "${shown(url)}", but a frame's URL must be a whole one that begins with http://, https://, oss:// or data:image/`;
}

function isWebUrl(url: string): boolean {
	if (!/^https?:\/\/[^\s]+$/i.test(url)) return false;
	return URL.canParse(url);
}

const shown = (url: string): string => (url.length > 80 ? `${url.slice(0, 80)}…` : url);

const largestDataUriImage = (): number =>
	Math.floor((MAX_DATA_URI_LENGTH - DATA_URI_HEAD_LENGTH) / 4) * 3;

/** e.g. "7.9 MB", rounded to a tenth so that a file just over a limit is not shown as the limit itself. */
function megabytes(bytes: number): string {
	return `${(Math.ceil((bytes / MEGABYTE) * 10) / 10).toFixed(1)} MB`;
}
