import type { EncoderSettings } from '../videos/encoderSettings.mts';
import type { LinkRules } from './linkRules.mts';
import type { Usage } from './usage.mts';

/** The two services that create a video, as they stand in the path. */
export type Service = 'video-generation' | 'image2video';

/** How a body names its media. */
export type MediaRules =
	/** `input.media[]`: one of these sets of types, each at most once, order free. */
	| { kind: 'typed'; combinations: readonly (readonly string[])[]; mayBeEmpty?: true }
	/** `input.media[]`: two objects of one type whose order decides. */
	| { kind: 'ordered'; type: string }
	/** `input.first_frame_url` and `input.last_frame_url`; a template can replace the last frame. */
	| { kind: 'fields'; templates: readonly string[] }
	/** `input.img_url` alone. */
	| { kind: 'image' };

/** The longest text in characters, and what happens to a longer one: cut in silence or refused. */
export interface TextRules {
	max: number;
	tooLong: 'cut' | 'refused';
}

/** How a body states the size of the video. A member that has no default is required. */
export type ResolutionRules =
	| { field: 'resolution'; choices: readonly string[]; default?: string }
	| { field: 'mode'; choices: Readonly<Record<string, string>>; default: string };

/** How long the video may be, in whole seconds. A length that has no default is required. */
export type DurationRules =
	| { kind: 'fixed'; seconds: number }
	| { kind: 'range'; min: number; max: number; default?: number; automatic?: true }
	| { kind: 'choices'; seconds: readonly number[]; at1080P: readonly number[] };

/** What an image must be: sides in pixels, ratio as longer side by shorter, size in bytes. */
export interface ImageRules {
	formats: readonly string[];
	/** Whether a PNG may have an alpha channel. */
	alpha: boolean;
	minSide?: number;
	maxSide?: number;
	maxRatio?: number;
	maxBytes: number;
	/** Bounds of the first frame's pixel count divided by the last one's. */
	pixelCounts?: { min: number; max: number };
	dataUri: boolean;
}

/** How many calls are accepted in how many seconds. */
export interface RateLimit {
	count: number;
	perSeconds: number;
}

/** What a limit group may do: creates in a period, tasks that run at once, tasks that wait. */
export interface GroupLimits {
	/** Models with the same group share the limits. */
	group: string;
	creates: RateLimit;
	running: number;
	queued: number;
}

/** Everything that the service knows of one model. Times in ms. */
export interface ServedModel {
	id: string;
	family: string;
	service: Service;
	media: MediaRules;
	prompt: TextRules & { required: 'always' | 'without-media' | 'never' };
	/** Absent: the model has no negative prompt. */
	negativePrompt?: TextRules;
	resolution: ResolutionRules;
	duration: DurationRules;
	/** Absent: the model documents no seed. */
	seed?: { min: number; max: number };
	/** Boolean parameters and their defaults. */
	switches: Readonly<Record<string, boolean>>;
	ratios?: readonly string[];
	/** `always`: with sound; `switch`: as `parameters.audio` says; `never`: silent. */
	sound: 'always' | 'switch' | 'never';
	image: ImageRules;
	/** What its video files are like. */
	encoder: EncoderSettings;
	limits: GroupLimits;
	/** From the start of a task to its end, as measured or as in the documentation's samples. */
	runningMs: number;
	/** What a success is billed by. */
	usage: Usage;
	link: LinkRules;
}
