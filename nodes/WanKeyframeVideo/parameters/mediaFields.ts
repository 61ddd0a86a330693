import type {
	IDisplayOptions,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import type { FileRules, ModelRules } from '../models/family';
import { megabytes, quoteValue, type ValidationIssue } from '../models/describe';
import {
	AUTOMATIC_TRANSPORT_OPTION,
	FIRST_CLIP_OPTION,
	FRAME_TRANSPORT_LABEL,
	LINK_TRANSPORT_LABEL,
	SETTING_LABELS,
	START_FROM_LABEL,
} from '../models/settings';
import type { StartFrom, TransportOption } from '../models/mediaInput';
import { describeFiles } from '../models/summary';
import { MAX_AUTOMATIC_INLINE_BYTES } from '../models/transport';
import { describeByFamily, displayOptionsForCapability, type Show } from './displayByModel';
import {
	isUnset,
	readParameters,
	toText,
	type FieldRef,
	type ParameterReader,
} from './readParameter';
import { OPTIONS } from './settingFields';
import { FRAMES_PER_ITEM } from './storyboardFields';
import type { Result } from '../util/result';

/** A file that the user gives by URL or as binary data, chosen in a field of its own. */
export type SourcedRole = 'firstFrame' | 'lastFrame' | 'firstClip' | 'frame';

interface SourceFields {
	readonly source: FieldRef;
	readonly url: FieldRef;
	readonly binary: FieldRef & { readonly default: string };
	/** What the field of the source says of itself. */
	readonly description: string;
	/** What the field of the URL takes. */
	readonly links: string;
	/** What kind of file it is. */
	readonly noun: string;
	readonly placeholder: string;
}

const IMAGE_LINKS =
	'A public link that opens the image itself, not a page with it: http(s), oss:// or a data URI';

/** The three fields of each such file, by name and label; messages use the labels. */
export const SOURCE_FIELDS: Readonly<Record<SourcedRole, SourceFields>> = {
	firstFrame: {
		source: { name: 'firstFrameSource', label: 'First Frame' },
		url: { name: 'firstFrameUrl', label: 'First Frame URL' },
		binary: {
			name: 'firstFrameBinaryProperty',
			label: 'First Frame Input Data Field Name',
			default: 'firstFrame',
		},
		description: 'Where the image comes from that the video begins with',
		links: IMAGE_LINKS,
		noun: 'image',
		placeholder: 'https://example.com/first.png',
	},
	lastFrame: {
		source: { name: 'lastFrameSource', label: 'Last Frame' },
		url: { name: 'lastFrameUrl', label: 'Last Frame URL' },
		binary: {
			name: 'lastFrameBinaryProperty',
			label: 'Last Frame Input Data Field Name',
			default: 'lastFrame',
		},
		description: 'Where the image comes from that the video ends with',
		links: IMAGE_LINKS,
		noun: 'image',
		placeholder: 'https://example.com/last.png',
	},
	firstClip: {
		source: { name: 'firstClipSource', label: FIRST_CLIP_OPTION },
		url: { name: 'firstClipUrl', label: 'First Clip URL' },
		binary: {
			name: 'firstClipBinaryProperty',
			label: 'First Clip Input Data Field Name',
			default: 'firstClip',
		},
		description: 'Where the clip comes from that the video continues',
		links: 'A public link that opens the clip itself, not a page with it: http(s) or oss://',
		noun: 'clip',
		placeholder: 'https://example.com/clip.mp4',
	},
	frame: {
		source: { name: 'frameSource', label: 'Frame' },
		url: { name: 'frameUrl', label: 'Frame URL' },
		binary: {
			name: 'frameBinaryProperty',
			label: 'Frame Input Data Field Name',
			default: 'data',
		},
		description:
			'Where the image comes from that is the keyframe: one clip ends with it, and the next one begins with it',
		links: IMAGE_LINKS,
		noun: 'image',
		placeholder: 'https://example.com/keyframe.png',
	},
};

const START_FROM: FieldRef = { name: 'startFrom', label: START_FROM_LABEL };

/** Entries of the options collection that are about media. */
export const AUDIO_URL: FieldRef = { name: 'audioUrl', label: 'Audio URL' };
export const AUDIO_BINARY: FieldRef = {
	name: 'audioBinaryProperty',
	label: 'Audio Input Data Field Name',
};
const FRAME_TRANSPORT: FieldRef = { name: 'frameTransport', label: FRAME_TRANSPORT_LABEL };
const LINK_TRANSPORT: FieldRef = { name: 'linkTransport', label: LINK_TRANSPORT_LABEL };

/**
 * The fields of all media that have a source: what the video begins with, first frame or clip, last
 * frame; in a storyboard the item's one frame.
 */
export function mediaFields(show: Show): INodeProperties[] {
	const storyboard = { [FRAMES_PER_ITEM.name]: ['one'] };
	const startFrom = displayOptionsForCapability(({ firstClip }) => firstClip !== undefined, {
		show,
		root: '',
	}).map(
		(displayOptions): INodeProperties => ({
			displayName: START_FROM.label,
			name: START_FROM.name,
			type: 'options',
			options: [
				{
					name: 'First Frame',
					value: 'firstFrame',
					description: 'Make a transition from an image',
				},
				{
					name: FIRST_CLIP_OPTION,
					value: 'firstClip',
					description: 'Continue a video. The last frame may be empty then.',
				},
			],
			default: 'firstFrame',
			displayOptions: { ...displayOptions, hide: { ...displayOptions.hide, ...storyboard } },
			description: `What the video begins with. With a clip, ${SETTING_LABELS.duration} is the length of the whole video, clip included, and all of it is billed.`,
		}),
	);
	const notFromClip = { show, hide: { [START_FROM.name]: ['firstClip'], ...storyboard } };
	const fromClip = { show: { ...show, [START_FROM.name]: ['firstClip'] }, hide: storyboard };
	return [
		...startFrom,
		...sourceFields('firstFrame', notFromClip),
		...sourceFields('firstClip', fromClip),
		...sourceFields('lastFrame', { show, hide: storyboard }),
		...sourceFields('frame', { show: { ...show, ...storyboard } }),
	];
}

function sourceFields(role: SourcedRole, display: IDisplayOptions): INodeProperties[] {
	const { source, url, binary, description, links, noun, placeholder } = SOURCE_FIELDS[role];
	const defaultProperty = binary.default;
	const limits = describeByFamily(role === 'firstClip' ? clipLimits : frameLimits);
	const shownFor = (value: string): IDisplayOptions => ({
		...display,
		show: { ...display.show, [source.name]: [value] },
	});
	return [
		{
			displayName: source.label,
			name: source.name,
			type: 'options',
			options: [
				{ name: 'From URL', value: 'url' },
				{ name: 'From Binary Data', value: 'binary' },
			],
			default: 'url',
			displayOptions: display,
			description,
		},
		{
			displayName: url.label,
			name: url.name,
			type: 'string',
			default: '',
			placeholder: `e.g. ${placeholder}`,
			displayOptions: shownFor('url'),
			description: `${links}. ${limits}.`,
		},
		{
			displayName: binary.label,
			name: binary.name,
			type: 'string',
			default: defaultProperty,
			displayOptions: shownFor('binary'),
			hint: `The name of the input binary field that contains the ${noun}`,
			description: `The ${noun} need not be public: ${FRAME_TRANSPORT_LABEL} in the options says how it is sent. ${limits}.`,
		},
	];
}

const frameLimits = ({ frames }: ModelRules): string => describeFiles(frames);

const clipLimits = ({ firstClip }: ModelRules): string | undefined =>
	firstClip && withSeconds(firstClip);

const withSeconds = (rules: FileRules): string =>
	`${describeFiles(rules)}, ${rules.seconds.min} to ${rules.seconds.max} seconds long`;

const TRANSPORT_OPTIONS: INodePropertyOptions[] = [
	{
		name: AUTOMATIC_TRANSPORT_OPTION,
		value: 'auto',
		description: `Inside the request up to ${megabytes(MAX_AUTOMATIC_INLINE_BYTES)}, as an upload above`,
	},
	{ name: 'Data URI', value: 'dataUri', description: 'Always inside the request' },
	{
		name: 'Upload',
		value: 'upload',
		description: 'Always through the temporary store of the service',
	},
];

/** The media's entries of the options collection. */
export function mediaOptions(): INodeProperties[] {
	const displays = displayOptionsForCapability(({ drivingAudio }) => drivingAudio !== undefined, {
		root: '/',
	});
	const limits = describeByFamily(({ drivingAudio }) => drivingAudio && withSeconds(drivingAudio));
	const audioText = `Sound for the video to follow, e.g. a voice or music. It is cut to the length of the video; if it is shorter, the rest is silent. Without it, the model makes the sound. ${limits}.`;
	return [
		...displays.map(
			(displayOptions): INodeProperties => ({
				displayName: AUDIO_URL.label,
				name: AUDIO_URL.name,
				type: 'string',
				default: '',
				placeholder: 'e.g. https://example.com/voice.mp3',
				displayOptions,
				description: audioText,
			}),
		),
		...displays.map(
			(displayOptions): INodeProperties => ({
				displayName: AUDIO_BINARY.label,
				name: AUDIO_BINARY.name,
				type: 'string',
				default: 'audio',
				displayOptions,
				description: audioText,
				hint: 'The name of the input binary field that contains the sound',
			}),
		),
		{
			displayName: FRAME_TRANSPORT.label,
			name: FRAME_TRANSPORT.name,
			type: 'options',
			options: TRANSPORT_OPTIONS,
			default: 'auto',
			description:
				'How frames from binary data are sent. The temporary store of the service keeps files for 48 hours, and Alibaba offers it for tests only: in production, use links of your own (S3, OSS, any public or presigned link).',
		},
		{
			displayName: LINK_TRANSPORT.label,
			name: LINK_TRANSPORT.name,
			type: 'options',
			options: [
				{
					name: 'Fetch',
					value: 'fetch',
					description: `Fetch the image with n8n, check it and send it as ${FRAME_TRANSPORT_LABEL} says`,
				},
				{ name: 'Pass', value: 'pass', description: 'Let the service fetch the image' },
			],
			default: 'pass',
			description:
				'How frames from a URL are sent. Use Fetch when the service cannot reach them: in a private network, or on a slow host across a border.',
		},
	];
}

/** How links to pictures get to the service: as they are, or as the files behind them. */
export type LinkTransport = 'pass' | 'fetch';

/** Where a file comes from, as the fields say; nothing of it has been read. */
export type MediaReference = {
	readonly label: string;
	/** The item that a keyframe of a storyboard is from. */
	readonly item?: number;
} & (
	| { readonly kind: 'absent' }
	| { readonly kind: 'url'; readonly url: string }
	/** The name of a binary field, or the binary itself where an expression gives it. */
	| { readonly kind: 'binary'; readonly reference: unknown }
);

/** The frames of a storyboard's clip, which are those of two items. */
export type Keyframes = Pick<MediaParameters, 'firstFrame' | 'lastFrame'>;

export interface MediaParameters {
	readonly startFrom: StartFrom;
	readonly transport: TransportOption;
	readonly linkTransport: LinkTransport;
	readonly firstFrame: MediaReference;
	readonly lastFrame: MediaReference;
	readonly firstClip: MediaReference;
	readonly drivingAudio: MediaReference;
}

/** Reads the item's one frame of a storyboard. */
export function readKeyframe(
	ctx: IExecuteFunctions,
	item: number,
): Result<MediaReference, readonly ValidationIssue[]> {
	const frame = readParameters(ctx, item, (read) => ({ ...referenceOf(read, 'frame'), item }));
	return frame.ok ? frame : { ...frame, error: frame.error.map((issue) => ({ ...issue, item })) };
}

/** Reads the fields that `mediaFields` and `mediaOptions` describe; of a storyboard's clip but the frames. */
export function readMediaParameters(
	read: ParameterReader,
	keyframes: Keyframes | undefined,
): MediaParameters {
	const options = read.collection(OPTIONS);
	const startFrom = read.choice(START_FROM, ['firstFrame', 'firstClip'], 'firstFrame');
	if (keyframes && startFrom === 'firstClip') {
		const problem = `is ${FIRST_CLIP_OPTION}, but a storyboard goes from frame to frame`;
		read.refuse({ label: START_FROM.label, problem });
	}
	const unused = (role: SourcedRole): MediaReference => ({
		kind: 'absent',
		label: SOURCE_FIELDS[role].url.label,
	});
	return {
		startFrom,
		transport: options.choice(FRAME_TRANSPORT, ['auto', 'dataUri', 'upload'], 'auto'),
		linkTransport: options.choice(LINK_TRANSPORT, ['pass', 'fetch'], 'pass'),
		...(keyframes ?? {
			firstFrame:
				startFrom === 'firstFrame' ? referenceOf(read, 'firstFrame') : unused('firstFrame'),
			lastFrame: referenceOf(read, 'lastFrame'),
		}),
		firstClip: startFrom === 'firstClip' ? referenceOf(read, 'firstClip') : unused('firstClip'),
		drivingAudio: audioReference(options),
	};
}

function referenceOf(read: ParameterReader, role: SourcedRole): MediaReference {
	const { source, url, binary } = SOURCE_FIELDS[role];
	return read.choice(source, ['url', 'binary'], 'url') === 'binary'
		? binaryReference(read, binary)
		: urlReference(read, url);
}

function audioReference(options: ParameterReader): MediaReference {
	const url = urlReference(options, AUDIO_URL);
	const binary = binaryReference(options, AUDIO_BINARY);
	if (url.kind !== 'absent' && binary.kind !== 'absent') {
		const problem = `and '${AUDIO_URL.label}' are both set: set one of them`;
		options.refuse({ label: AUDIO_BINARY.label, problem });
	}
	return binary.kind === 'absent' ? url : binary;
}

function urlReference(read: ParameterReader, field: FieldRef): MediaReference {
	const value = read.value(field);
	if (isUnset(value)) return { kind: 'absent', label: field.label };
	if (typeof value === 'string') {
		const text = toText(value);
		if (text.ok) return { kind: 'url', label: field.label, url: text.value };
	}
	// A number can be no link either.
	const problem = `is ${quoteValue(value)}, but it takes a link as text`;
	read.refuse({ label: field.label, problem });
	return { kind: 'absent', label: field.label };
}

function binaryReference(read: ParameterReader, field: FieldRef): MediaReference {
	const { label } = field;
	const value = read.value(field);
	if (isUnset(value)) return { kind: 'absent', label };
	return { kind: 'binary', label, reference: typeof value === 'string' ? value.trim() : value };
}
