import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { FrameRole } from '../models/family';

interface Field {
	readonly name: string;
	readonly label: string;
}

interface FrameFields {
	readonly source: Field;
	readonly url: Field;
	readonly binary: Field & { readonly default: string };
}

/** The three fields of each frame, by name and label; messages use the labels. */
export const FRAME_FIELDS: Readonly<Record<FrameRole, FrameFields>> = {
	firstFrame: {
		source: { name: 'firstFrameSource', label: 'First Frame' },
		url: { name: 'firstFrameUrl', label: 'First Frame URL' },
		binary: {
			name: 'firstFrameBinaryProperty',
			label: 'First Frame Input Data Field Name',
			default: 'firstFrame',
		},
	},
	lastFrame: {
		source: { name: 'lastFrameSource', label: 'Last Frame' },
		url: { name: 'lastFrameUrl', label: 'Last Frame URL' },
		binary: {
			name: 'lastFrameBinaryProperty',
			label: 'Last Frame Input Data Field Name',
			default: 'lastFrame',
		},
	},
};

/** The fields of one frame: where it comes from, then the one that this choice needs. */
export function frameFields(
	role: FrameRole,
	show: NonNullable<IDisplayOptions['show']>,
): INodeProperties[] {
	const { source, url, binary } = FRAME_FIELDS[role];
	const defaultProperty = binary.default;
	const which = role === 'firstFrame' ? 'begins' : 'ends';
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
			displayOptions: { show },
			description: `Where the image comes from that the video ${which} with`,
		},
		{
			displayName: url.label,
			name: url.name,
			type: 'string',
			default: '',
			placeholder: `e.g. https://example.com/${role === 'firstFrame' ? 'first' : 'last'}.png`,
			displayOptions: { show: { ...show, [source.name]: ['url'] } },
			description:
				'A public http(s) link to a JPEG, PNG without transparency, BMP or WEBP image; oss:// links and data URIs work too',
		},
		{
			displayName: binary.label,
			name: binary.name,
			type: 'string',
			default: defaultProperty,
			displayOptions: { show: { ...show, [source.name]: ['binary'] } },
			hint: 'The name of the input binary field that holds the image',
			description:
				'A JPEG, PNG without transparency, BMP or WEBP image. It is sent along with the request.',
		},
	];
}
