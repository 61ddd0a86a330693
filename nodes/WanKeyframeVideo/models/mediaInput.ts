import type { FileFormat, ImageInfo } from '../util/mediaInfo';
import type { FrameRole, MediaRole } from './family';

/** How a binary gets to the service: inside the request, or by its temporary store. */
export type Transport = 'dataUri' | 'upload';

/** What the user chose. */
export type TransportOption = 'auto' | Transport;

/** Where the video begins: with a picture, or where another video ends. */
export type StartFrom = 'firstFrame' | 'firstClip';

/** What checks need to know of a file; the code that sends it knows more. */
interface FileSize {
	readonly bytes: number;
}

/** The field that brings a file. */
interface Field {
	readonly label: string;
	/** The item that has it, where a task takes frames from two items. */
	readonly item?: number;
}

interface Absent extends Field {
	readonly kind: 'absent';
}

interface Link extends Field {
	readonly kind: 'url';
	readonly url: string;
}

/** A frame as far as it is known before anything is sent. */
export type FrameInput<File extends FileSize = FileSize> =
	| Absent
	| Link
	| (Field & {
			readonly kind: 'dataUri';
			readonly url: string;
			readonly image: ImageInfo;
	  })
	| (Field & {
			readonly kind: 'binary';
			readonly file: File;
			readonly image: ImageInfo;
			readonly transport: TransportOption;
	  });

/** A sound or a clip, likewise. */
export type FileInput<File extends FileSize = FileSize> =
	| Absent
	| Link
	| (Field & {
			readonly kind: 'binary';
			readonly file: File;
			/** Undefined where its bytes are of no format that is known. */
			readonly format: FileFormat | undefined;
	  });

/** All media of one task. */
export interface MediaInputs<File extends FileSize = FileSize> {
	readonly startFrom: StartFrom;
	readonly firstFrame: FrameInput<File>;
	readonly lastFrame: FrameInput<File>;
	readonly firstClip: FileInput<File>;
	readonly drivingAudio: FileInput<File>;
}

/** A medium that is there, with what it is for. */
export interface PresentMedia<File extends FileSize> {
	readonly role: MediaRole;
	readonly input: Exclude<FrameInput<File> | FileInput<File>, Absent>;
}

/** In the order of the request: some models tell the first frame from the last by it alone. */
export const MEDIA_ORDER: readonly MediaRole[] = [
	'firstFrame',
	'firstClip',
	'lastFrame',
	'drivingAudio',
];

/** The media that are there. */
export function presentMedia<File extends FileSize>(
	media: MediaInputs<File>,
): Array<PresentMedia<File>> {
	return MEDIA_ORDER.flatMap((role) => {
		const input = media[role];
		return input.kind === 'absent' ? [] : [{ role, input }];
	});
}

/**
 * The format that the bytes of a binary tell, which is its extension too; undefined where they tell
 * none.
 */
export function formatOf(input: (FrameInput | FileInput) & { kind: 'binary' }): string | undefined {
	if ('format' in input) return input.format;
	return input.image.kind === 'unknown' ? undefined : input.image.format;
}

/** The size of a frame in pixels, where its header is known and tells it. */
export function frameSize(
	input: FrameInput,
): { readonly width: number; readonly height: number } | undefined {
	return 'image' in input && input.image.kind === 'image' ? input.image : undefined;
}

export const isFrame = (role: MediaRole): role is FrameRole =>
	role === 'firstFrame' || role === 'lastFrame';
