import type { FileFormat, ImageFormat } from '../util/mediaInfo';

/** What a user can set for a video, by the names of the node's parameters; frames stand apart. */
export type SettingName =
	| 'prompt'
	| 'negativePrompt'
	| 'resolution'
	| 'duration'
	| 'promptExtend'
	| 'watermark'
	| 'seed'
	| 'audio'
	| 'ratio'
	| 'template';

export type SettingValue = string | number | boolean;

export type SettingValues = Readonly<Partial<Record<SettingName, SettingValue>>>;

/** Where a setting goes in the request body. */
interface RequestField {
	readonly in: 'input' | 'parameters';
	/** The API's own word. */
	readonly field: string;
	/** The service requires the field, so its default is sent where the user set nothing. */
	readonly alwaysSent?: true;
}

/** Whole numbers: single ones and ranges (both ends included). */
export type IntegerSet = ReadonlyArray<number | readonly [min: number, max: number]>;

/**
 * Fewer values while another setting has a certain value. The keys of `to` are that value as text,
 * whatever its kind: `1080P`, `true`, `8`.
 */
export interface Restriction<Values> {
	readonly by: Exclude<SettingName, 'prompt' | 'negativePrompt'>;
	readonly to: Readonly<Record<string, Values>>;
}

export interface TextRule extends RequestField {
	readonly kind: 'text';
	/** Characters, as the service counts them: a surrogate pair is one. */
	readonly maxLength: number;
	/**
	 * What the service does with a longer text: cuts it silently, or refuses the task (documented).
	 */
	readonly tooLong: 'cut' | 'refused';
	readonly required: boolean;
}

export interface Choice {
	/** What the user picks. */
	readonly value: string;
	/** What is sent for it, where the API has another word. */
	readonly apiValue?: string;
	/** Pixels of the picture, where the service documents that it aims at so many. */
	readonly pixels?: number;
}

export interface ChoiceRule extends RequestField {
	readonly kind: 'choice';
	readonly choices: readonly Choice[];
	/** Absent where the service has no default and needs none. */
	readonly default?: string;
	readonly restricted?: Restriction<readonly string[]>;
	/** Any choice replaces the last frame: with it, only the first frame counts. */
	readonly replacesLastFrame?: true;
}

export interface IntegerRule extends RequestField {
	readonly kind: 'integer';
	readonly allowed: IntegerSet;
	/** Absent where the service picks one itself, e.g. a random seed. */
	readonly default?: number;
	readonly restricted?: Restriction<IntegerSet>;
}

export interface BooleanRule extends RequestField {
	readonly kind: 'boolean';
	readonly default: boolean;
}

export type SettingRule = TextRule | ChoiceRule | IntegerRule | BooleanRule;

/** The settings that a model accepts, each with its rule; any other is refused. */
export type SettingRules = Readonly<Partial<Record<SettingName, SettingRule>>>;

export type FrameRole = 'firstFrame' | 'lastFrame';

/** What a file is for in a task. */
export type MediaRole = FrameRole | 'firstClip' | 'drivingAudio';

/** How the media stand in `input`. */
export type MediaBody =
	/**
	 * `input.media`, one object a file, first before last: some models tell them apart by order
	 * alone.
	 */
	| { readonly kind: 'list'; readonly types: Readonly<Partial<Record<MediaRole, string>>> }
	/** A field of its own for each. */
	| { readonly kind: 'fields'; readonly fields: Readonly<Partial<Record<MediaRole, string>>> };

/** Both ends included. */
export interface Range {
	readonly min: number;
	readonly max: number;
}

/** What a frame must be. */
export interface FrameRules {
	readonly formats: readonly ImageFormat[];
	/** Whether images with an alpha channel are accepted. */
	readonly allowsAlpha: boolean;
	/** Pixels of each side. */
	readonly sidePixels?: Range;
	/**
	 * Pixels of each side by the stricter of two sources that disagree: outside of it the user gets a
	 * hint.
	 */
	readonly recommendedSidePixels?: Range;
	/** The longer side divided by the shorter. */
	readonly maxRatio?: number;
	/** The first frame's number of pixels divided by the last one's. */
	readonly pixelCountRatio?: Range;
	/** Bytes of one image. */
	readonly maxBytes: number;
	/** Whether the service documents `data:` URIs for this model. */
	readonly allowsDataUri: boolean;
}

/** What a sound or a clip must be. */
export interface FileRules {
	readonly formats: readonly FileFormat[];
	readonly maxBytes: number;
	readonly seconds: Range;
}

/** Creates that the service counts together. */
export interface RateLimit {
	readonly group: string;
	readonly createsPerSecond: number;
}

/** All that decides what a model accepts. */
export interface ModelRules {
	readonly body: MediaBody;
	readonly settings: SettingRules;
	readonly frames: FrameRules;
	/**
	 * Present where a video can go on from a clip; the last frame is optional then, and a sound is
	 * refused.
	 */
	readonly firstClip?: FileRules;
	/** Present where the user's own sound can drive the video. */
	readonly drivingAudio?: FileRules;
	/** Seconds of every video, where the length cannot be set. */
	readonly fixedSeconds?: number;
	/** Present where every video has sound; else the setting `audio` decides, or it is silent. */
	readonly alwaysHasSound?: true;
	/** Present where videos are not H.264 (measured, section 12 of the service facts). */
	readonly codec?: string;
}

/** One model ID, and where it departs from its family. */
export interface ModelEntry {
	readonly id: string;
	/** As the model list shows it. */
	readonly name: string;
	/** What it is for, in a few words; lengths, sizes and sound are added from its rules. */
	readonly purpose: string;
	/** Rules that replace the family's; `null` takes a setting away. */
	readonly settings?: Readonly<Partial<Record<SettingName, SettingRule | null>>>;
	/** Rules that a dated model keeps for good, whatever becomes of its family. */
	readonly pinned?: ModelRules;
	/** Where the service counts this ID apart from its family, or allows it another rate. */
	readonly rateLimit?: Partial<RateLimit>;
	/** Where it is served, if not where its family is. */
	readonly regions?: readonly string[];
}

/** Models that share path, body and rules. */
export interface ModelFamily extends ModelRules {
	readonly id: string;
	readonly name: string;
	/** Below the API's root. */
	readonly path: string;
	/**
	 * An ID that is not listed but begins (and ends) so belongs here, e.g. a dated or a fine-tuned
	 * model.
	 */
	readonly idPrefixes: readonly string[];
	readonly idSuffix?: string;
	readonly models: readonly ModelEntry[];
	readonly rateLimit: RateLimit;
	/** Cities of the regions that serve it: for descriptions only, since the sources disagree. */
	readonly regions: readonly string[];
	/** Present where the account has to activate the vendor once in the console. */
	readonly needsActivation?: true;
}

/** A model with all that holds for it. */
export interface Model extends ModelRules {
	readonly id: string;
	readonly family: ModelFamily;
	readonly rateLimit: RateLimit;
}

/** IDs that are on the same service but make no video from two frames. */
export interface FirstFrameOnlyModels {
	readonly idPrefix: string;
	readonly idSuffix?: string;
}
