/** Media as a check sees them before anything is sent. */
import type {
	ImageInfo,
	MediaGiven,
	MediumGiven,
	TransportOption,
} from '../../nodes/WanKeyframeVideo/models/checkMedia.ts';
import type {
	FileFormat,
	ImageFormat,
	MediaRole,
} from '../../nodes/WanKeyframeVideo/models/family.ts';

export const MEGABYTE = 1_048_576;

const LABELS: Readonly<Record<MediaRole, string>> = {
	firstFrame: 'First',
	lastFrame: 'Last',
	firstClip: 'Clip',
	drivingAudio: 'Sound',
};

type Medium =
	| { readonly kind: 'absent' }
	| { readonly kind: 'url'; readonly url: string }
	| { readonly kind: 'dataUri'; readonly length: number; readonly image: ImageInfo }
	| {
			readonly kind: 'image';
			readonly bytes: number;
			readonly image: ImageInfo;
			readonly wish: TransportOption;
	  }
	| { readonly kind: 'file'; readonly bytes: number; readonly format: FileFormat | undefined };

export const absent: Medium = { kind: 'absent' };

export const url = (text = 'https://host.test/a.png'): Medium => ({ kind: 'url', url: text });

export const picture = (
	width: number,
	height: number,
	format: ImageFormat = 'jpeg',
	hasAlpha = false,
): ImageInfo => ({ kind: 'image', format, width, height, hasAlpha });

export const HD = picture(1280, 720);

export const dataUri = (length = 1_000, image = HD): Medium => ({ kind: 'dataUri', length, image });

export const image = (known = HD, bytes = 1_000, wish: TransportOption = 'auto'): Medium => ({
	kind: 'image',
	bytes,
	image: known,
	wish,
});

export const file = (format?: FileFormat, bytes = 1_000): Medium => ({
	kind: 'file',
	bytes,
	format,
});

/** These media, both frames by URL where nothing else is said. */
export function mediaOf(
	media: Partial<Record<MediaRole, Medium>>,
	startFrom: MediaGiven['startFrom'] = 'firstFrame',
): MediaGiven {
	const given = (role: MediaRole, byDefault: Medium): MediumGiven => {
		const label = LABELS[role];
		const medium = media[role] ?? byDefault;
		switch (medium.kind) {
			case 'absent':
			case 'url':
				return { ...medium, label };
			case 'dataUri':
				return {
					kind: 'dataUri',
					label,
					length: medium.length,
					content: { kind: 'picture', image: medium.image },
				};
			case 'image':
				return {
					kind: 'binary',
					label,
					bytes: medium.bytes,
					wish: medium.wish,
					content: { kind: 'picture', image: medium.image },
				};
			case 'file':
				return {
					kind: 'binary',
					label,
					bytes: medium.bytes,
					wish: 'auto',
					content: { kind: 'file', format: medium.format },
				};
		}
	};
	return {
		startFrom,
		media: {
			firstFrame: given('firstFrame', url()),
			lastFrame: given('lastFrame', url()),
			firstClip: given('firstClip', absent),
			drivingAudio: given('drivingAudio', absent),
		},
	};
}
