/** Media as a check sees them before anything is sent. */
import type { MediaRole } from '../../nodes/WanKeyframeVideo/models/family.ts';
import type {
	FileInput,
	FrameInput,
	MediaInputs,
	StartFrom,
	TransportOption,
} from '../../nodes/WanKeyframeVideo/models/mediaInput.ts';
import type {
	FileFormat,
	ImageFormat,
	ImageInfo,
} from '../../nodes/WanKeyframeVideo/util/mediaInfo.ts';

export const MEGABYTE = 1_048_576;

const LABELS: Readonly<Record<MediaRole, string>> = {
	firstFrame: 'First',
	lastFrame: 'Last',
	firstClip: 'Clip',
	drivingAudio: 'Sound',
};

type Unlabeled<Input> = Input extends unknown ? Omit<Input, 'label'> : never;
export type Frame = Unlabeled<FrameInput>;
type File = Unlabeled<FileInput>;

export const absent = { kind: 'absent' } as const;

export const url = (text = 'https://host.test/a.png') => ({ kind: 'url', url: text }) as const;

export const picture = (
	width: number,
	height: number,
	format: ImageFormat = 'jpeg',
	hasAlpha = false,
): ImageInfo => ({ kind: 'image', format, width, height, hasAlpha });

export const HD = picture(1280, 720);

export const dataUri = (length = 1_000, image = HD): Frame => ({
	kind: 'dataUri',
	url: 'x'.repeat(length),
	image,
});

export const image = (info = HD, bytes = 1_000, transport: TransportOption = 'auto'): Frame => ({
	kind: 'binary',
	file: { bytes },
	image: info,
	transport,
});

export const file = (format?: FileFormat, bytes = 1_000): File => ({
	kind: 'binary',
	file: { bytes },
	format,
});

/** The members of `MediaInputs` without the labels that `mediaOf` adds. */
export interface TestMedia {
	readonly firstFrame?: Frame;
	readonly lastFrame?: Frame;
	readonly firstClip?: File;
	readonly drivingAudio?: File;
}

/** These media, both frames by URL where nothing else is given. */
export function mediaOf(media: TestMedia, startFrom: StartFrom = 'firstFrame'): MediaInputs {
	const {
		firstFrame = url(),
		lastFrame = url(),
		firstClip = absent,
		drivingAudio = absent,
	} = media;
	return {
		startFrom,
		firstFrame: { ...firstFrame, label: LABELS.firstFrame },
		lastFrame: { ...lastFrame, label: LABELS.lastFrame },
		firstClip: { ...firstClip, label: LABELS.firstClip },
		drivingAudio: { ...drivingAudio, label: LABELS.drivingAudio },
	};
}
