import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { MediaRole, ModelFamily } from '../models/family';
import { displayOptionsForCapability } from './modelFields';

interface Field {
	readonly name: string;
	readonly label: string;
}

type SourcedRole = Exclude<MediaRole, 'drivingAudio'>;

interface MediumFields {
	readonly source: Field;
	readonly url: Field;
	readonly binary: Field & { readonly default: string };
	/** What the source's field asks, for the one who answers. */
	readonly question: string;
	/** What the file may be. */
	readonly files: string;
	readonly example: string;
}

const IMAGE_FILES = 'JPEG, PNG or WEBP image (Wan takes BMP too, but no transparency)';

/** The three fields of each medium that has a source, by name and label; messages use the labels. */
export const MEDIA_FIELDS: Readonly<Record<SourcedRole, MediumFields>> = {
	firstFrame: {
		source: { name: 'firstFrameSource', label: 'First Frame' },
		url: { name: 'firstFrameUrl', label: 'First Frame URL' },
		binary: {
			name: 'firstFrameBinaryProperty',
			label: 'First Frame Input Data Field Name',
			default: 'firstFrame',
		},
		question: 'Where the image comes from that the video begins with',
		files: IMAGE_FILES,
		example: 'https://example.com/first.png',
	},
	lastFrame: {
		source: { name: 'lastFrameSource', label: 'Last Frame' },
		url: { name: 'lastFrameUrl', label: 'Last Frame URL' },
		binary: {
			name: 'lastFrameBinaryProperty',
			label: 'Last Frame Input Data Field Name',
			default: 'lastFrame',
		},
		question: 'Where the image comes from that the video ends with',
		files: IMAGE_FILES,
		example: 'https://example.com/last.png',
	},
	firstClip: {
		source: { name: 'firstClipSource', label: 'First Clip' },
		url: { name: 'firstClipUrl', label: 'First Clip URL' },
		binary: {
			name: 'firstClipBinaryProperty',
			label: 'First Clip Input Data Field Name',
			default: 'firstClip',
		},
		question: 'Where the clip comes from that the video goes on from',
		files: 'MP4 or MOV of 2 to 10 seconds, up to 100 MB',
		example: 'https://example.com/clip.mp4',
	},
};

export const START_FROM: Field = { name: 'startFrom', label: 'Start From' };

/** Entries of the options collection that are about media. */
export const AUDIO_URL: Field = { name: 'audioUrl', label: 'Audio URL' };
export const AUDIO_BINARY: Field = {
	name: 'audioBinaryProperty',
	label: 'Audio Input Data Field Name',
};
export const FRAME_TRANSPORT: Field = { name: 'frameTransport', label: 'Frame Transport' };

type Show = NonNullable<IDisplayOptions['show']>;

/** The fields of all media that have a source: which way to start, then first frame or clip, then the last frame. */
export function mediaFields(families: readonly ModelFamily[], show: Show): INodeProperties[] {
	const startFrom = displayOptionsForCapability(
		families,
		({ firstClip }) => firstClip !== undefined,
		{
			show,
			root: '',
		},
	).map(
		(displayOptions): INodeProperties => ({
			displayName: START_FROM.label,
			name: START_FROM.name,
			type: 'options',
			options: [
				{ name: 'First Frame', value: 'firstFrame', description: 'An image' },
				{
					name: 'First Clip',
					value: 'firstClip',
					description: 'A video that is continued. The last frame may be left empty then.',
				},
			],
			default: 'firstFrame',
			displayOptions,
			description:
				'What the video begins with. With a clip, Duration is the whole length, the clip included, and all of it is billed.',
		}),
	);
	const notFromClip: IDisplayOptions = { show, hide: { [START_FROM.name]: ['firstClip'] } };
	const fromClip: IDisplayOptions = { show: { ...show, [START_FROM.name]: ['firstClip'] } };
	return [
		...startFrom,
		...mediumFields('firstFrame', notFromClip),
		...mediumFields('firstClip', fromClip),
		...mediumFields('lastFrame', { show }),
	];
}

function mediumFields(role: SourcedRole, display: IDisplayOptions): INodeProperties[] {
	const { source, url, binary, question, files, example } = MEDIA_FIELDS[role];
	const defaultProperty = binary.default;
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
			description: question,
		},
		{
			displayName: url.label,
			name: url.name,
			type: 'string',
			default: '',
			placeholder: `e.g. ${example}`,
			displayOptions: shownFor('url'),
			description: `A public http(s) link to a ${files}; oss:// links and, for images, data URIs work too`,
		},
		{
			displayName: binary.label,
			name: binary.name,
			type: 'string',
			default: defaultProperty,
			displayOptions: shownFor('binary'),
			hint: 'The name of the input binary field that holds the file',
			description: `A ${files}. It need not be public: see Frame Transport in the options.`,
		},
	];
}

/** The media's entries of the options collection. */
export function mediaOptions(families: readonly ModelFamily[]): INodeProperties[] {
	const audio = displayOptionsForCapability(
		families,
		({ drivingAudio }) => drivingAudio !== undefined,
		{
			root: '/',
		},
	);
	const audioText =
		'A WAV or MP3 of 2 to 30 seconds, up to 15 MB, that the video follows. A longer one is cut, a shorter one leaves silence; without any the model makes the sound itself.';
	return [
		...audio.map(
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
		...audio.map(
			(displayOptions): INodeProperties => ({
				displayName: AUDIO_BINARY.label,
				name: AUDIO_BINARY.name,
				type: 'string',
				default: 'audio',
				displayOptions,
				description: audioText,
				hint: 'The name of the input binary field that holds the sound',
			}),
		),
		{
			displayName: FRAME_TRANSPORT.label,
			name: FRAME_TRANSPORT.name,
			type: 'options',
			options: [
				{
					name: 'Automatic',
					value: 'auto',
					description: 'Along with the request up to 7 MB, uploaded above',
				},
				{ name: 'Data URI', value: 'dataUri', description: 'Always along with the request' },
				{
					name: 'Upload',
					value: 'upload',
					description: "Always by the service's temporary store",
				},
			],
			default: 'auto',
			description:
				'How frames from binary data get to the service. Its temporary store keeps files for 48 hours, and Alibaba offers it for tests only: in production, give links of your own (S3, OSS, any public or presigned link).',
		},
	];
}
