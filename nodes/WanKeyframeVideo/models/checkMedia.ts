import { describeFormats, megabytes, type ValidationIssue } from './describe';
import type { FileRules, FrameRole, FrameRules, Model, Range, SettingValues } from './family';
import {
	AUTOMATIC_TRANSPORT_OPTION,
	FIRST_CLIP_OPTION,
	FRAME_TRANSPORT_LABEL,
	SETTING_LABELS,
	settingEntries,
	START_FROM_LABEL,
} from './settings';
import { frameSize, type FileInput, type FrameInput, type MediaInputs } from './mediaInput';
import { dataUriLength, MAX_DATA_URI_LENGTH, MAX_UPLOAD_BYTES, transportFor } from './transport';
import type { ImageInfo } from '../util/mediaInfo';
import { optional } from '../util/optional';

/**
 * Everything about the media that the service would refuse for this model; empty if all is well.
 */
export function checkMedia(
	model: Model,
	settings: SettingValues,
	media: MediaInputs,
): ValidationIssue[] {
	return media.startFrom === 'firstClip'
		? checkFromClip(model, media)
		: checkFromFrame(model, settings, media);
}

function checkFromClip(
	model: Model,
	{ firstClip, lastFrame, drivingAudio }: MediaInputs,
): ValidationIssue[] {
	if (model.firstClip === undefined) {
		const problem = `is ${FIRST_CLIP_OPTION}, but ${model.id} starts from frames only`;
		return [{ label: START_FROM_LABEL, problem }];
	}
	return [
		...checkClip(model, firstClip, model.firstClip),
		...(lastFrame.kind === 'absent' ? [] : checkFrame(model, 'lastFrame', lastFrame)),
		...refuseIfPresent(
			drivingAudio,
			`is set, but ${model.id} takes no audio file with a first clip`,
		),
	];
}

function checkFromFrame(
	model: Model,
	settings: SettingValues,
	{ firstFrame, lastFrame, drivingAudio }: MediaInputs,
): ValidationIssue[] {
	const replacement = replacementOfLastFrame(model, settings);
	const issues = [
		...checkFrame(model, 'firstFrame', firstFrame),
		...(replacement === undefined
			? checkFrame(model, 'lastFrame', lastFrame)
			: refuseIfPresent(
					lastFrame,
					`is set, but with '${replacement}' ${model.id} uses the first frame only`,
				)),
		...(model.drivingAudio === undefined
			? refuseIfPresent(drivingAudio, `is set, but ${model.id} takes no audio file`)
			: checkSound(model, drivingAudio, model.drivingAudio)),
	];
	return issues.length > 0 ? issues : checkPair(model, firstFrame, lastFrame);
}

/** The label of a setting that is set and stands in for the last frame. */
function replacementOfLastFrame(model: Model, settings: SettingValues): string | undefined {
	const replacing = settingEntries(settings).find(([name]) => {
		const rule = model.settings[name];
		return rule?.kind === 'choice' && rule.replacesLastFrame === true;
	});
	return replacing && SETTING_LABELS[replacing[0]];
}

function refuseIfPresent(
	{ kind, label, item }: FrameInput | FileInput,
	problem: string,
): ValidationIssue[] {
	return kind === 'absent' ? [] : [{ label, ...optional('item', item), problem }];
}

function checkFrame(model: Model, role: FrameRole, input: FrameInput): ValidationIssue[] {
	const { item } = input;
	return frameIssues(model, role, input).map((issue) => ({ ...issue, ...optional('item', item) }));
}

function frameIssues(model: Model, role: FrameRole, input: FrameInput): ValidationIssue[] {
	const issue = (problem: string, advice?: string): ValidationIssue[] => [
		{ label: input.label, problem, ...(advice !== undefined && { advice }) },
	];
	const { frames } = model;
	switch (input.kind) {
		case 'absent':
			return issue(`is empty, but ${model.id} needs this frame`);
		case 'url':
			return [];
		case 'dataUri':
			if (!frames.allowsDataUri) {
				return issue(
					`is a data URI, but ${model.id} takes http://, https:// and oss:// URLs only; give the frame as binary data`,
				);
			}
			if (input.url.length > MAX_DATA_URI_LENGTH) {
				return issue(
					`is a data URI of ${input.url.length} characters, but the service takes at most ${MAX_DATA_URI_LENGTH}`,
					'Give the frame as binary data: larger images are uploaded.',
				);
			}
			return checkImage(model, input.label, input.image, frames);
		case 'binary': {
			const { bytes } = input.file;
			const sizeIssues = checkSize(model, input.label, bytes, frames.maxBytes, 'images');
			if (sizeIssues.length > 0) return sizeIssues;
			if (transportFor(model, role, bytes, input.transport) === 'dataUri') {
				if (!frames.allowsDataUri) {
					return issue(
						`cannot be sent as a data URI: ${model.id} takes URLs only; set '${FRAME_TRANSPORT_LABEL}' to ${AUTOMATIC_TRANSPORT_OPTION}`,
					);
				}
				if (dataUriLength(bytes) > MAX_DATA_URI_LENGTH) {
					return issue(
						`is a file of ${megabytes(bytes)}, which is too large for a data URI; set '${FRAME_TRANSPORT_LABEL}' to ${AUTOMATIC_TRANSPORT_OPTION}`,
					);
				}
			}
			return checkImage(model, input.label, input.image, frames);
		}
	}
}

function checkImage(
	model: Model,
	label: string,
	image: ImageInfo,
	rules: FrameRules,
): ValidationIssue[] {
	const issue = (problem: string, advice?: string): ValidationIssue[] => [
		{ label, problem, ...(advice !== undefined && { advice }) },
	];
	const formats = describeFormats(rules.formats);
	if (image.kind === 'unknown') {
		return issue(
			`holds ${image.looksLike ?? 'no picture of a known format'}, but ${model.id} takes ${formats}`,
			'Save the picture in one of these formats, or convert it, e.g. with the Edit Image node.',
		);
	}
	const format = image.format.toUpperCase();
	if (!rules.formats.includes(image.format)) {
		return issue(
			`holds a ${format}, but ${model.id} takes ${formats}`,
			'Save the picture in one of these formats, or convert it, e.g. with the Edit Image node.',
		);
	}
	if (image.kind === 'truncated') {
		return issue(
			`holds a ${format} that is cut off before it tells its size`,
			'Fetch or save the picture again.',
		);
	}
	if (image.kind === 'unsized') return [];
	const { width, height, hasAlpha } = image;
	if (hasAlpha && !rules.allowsAlpha) {
		return issue(
			`holds a ${format} with transparency, which ${model.id} does not take`,
			'Save the picture as JPEG, or convert it before this node, e.g. with the Edit Image node (its option Format).',
		);
	}
	const { sidePixels, maxRatio } = rules;
	if (sidePixels && !(isWithin(sidePixels, width) && isWithin(sidePixels, height))) {
		return issue(
			`holds an image of ${width}×${height}, but ${model.id} takes sides of ${sidePixels.min} to ${sidePixels.max} pixels`,
			'Resize the picture before this node, e.g. with the Edit Image node.',
		);
	}
	if (maxRatio !== undefined && Math.max(width, height) / Math.min(width, height) > maxRatio) {
		return issue(
			`holds an image of ${width}×${height}, but ${model.id} takes shapes from 1:${maxRatio} to ${maxRatio}:1`,
			'Crop the picture before this node, e.g. with the Edit Image node.',
		);
	}
	return [];
}

function checkPair(model: Model, firstFrame: FrameInput, lastFrame: FrameInput): ValidationIssue[] {
	const { pixelCountRatio } = model.frames;
	const first = frameSize(firstFrame);
	const last = frameSize(lastFrame);
	if (!pixelCountRatio || !first || !last) return [];
	const ratio = (first.width * first.height) / (last.width * last.height);
	if (isWithin(pixelCountRatio, ratio)) return [];
	const { min, max } = pixelCountRatio;
	const problem = `has ${last.width}×${last.height} pixels and the first frame ${first.width}×${first.height}, but ${model.id} needs the first to have ${min} to ${max} times the pixels of the last`;
	return [{ label: lastFrame.label, ...optional('item', lastFrame.item), problem }];
}

function checkClip(model: Model, input: FileInput, rules: FileRules): ValidationIssue[] {
	if (input.kind === 'absent') {
		return [{ label: input.label, problem: `is empty, but ${model.id} needs this clip` }];
	}
	return checkFile(model, input, rules, 'a clip');
}

function checkSound(model: Model, input: FileInput, rules: FileRules): ValidationIssue[] {
	return input.kind === 'absent' ? [] : checkFile(model, input, rules, 'an audio file');
}

function checkFile(
	model: Model,
	input: Exclude<FileInput, { kind: 'absent' }>,
	{ formats, maxBytes }: FileRules,
	what: string,
): ValidationIssue[] {
	if (input.kind === 'url') return [];
	const { label, file, format } = input;
	const sizeIssues = checkSize(model, label, file.bytes, maxBytes, what);
	if (sizeIssues.length > 0) return sizeIssues;
	if (format !== undefined && formats.includes(format)) return [];
	const found = format === undefined ? 'no format that is known' : `a ${format.toUpperCase()}`;
	const problem = `holds ${found}, but ${model.id} takes ${what} as ${describeFormats(formats)}`;
	return [{ label, problem }];
}

function checkSize(
	model: Model,
	label: string,
	bytes: number,
	maxBytes: number,
	what: string,
): ValidationIssue[] {
	if (bytes === 0) return [{ label, problem: 'holds an empty file' }];
	const limit = Math.min(maxBytes, MAX_UPLOAD_BYTES);
	if (bytes <= limit) return [];
	const problem = `holds a file of ${megabytes(bytes)}, but ${model.id} takes ${what} of at most ${megabytes(limit)}`;
	return [{ label, problem }];
}

export const isWithin = ({ min, max }: Range, value: number): boolean =>
	min <= value && value <= max;
