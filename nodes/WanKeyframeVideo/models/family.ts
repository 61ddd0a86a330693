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

/** How users see each setting: the label of its field, also in messages. */
export const SETTING_LABELS: Readonly<Record<SettingName, string>> = {
	prompt: 'Prompt',
	negativePrompt: 'Negative Prompt',
	resolution: 'Resolution',
	duration: 'Duration',
	promptExtend: 'Prompt Extend',
	watermark: 'Watermark',
	seed: 'Seed',
	audio: 'Audio',
	ratio: 'Aspect Ratio',
	template: 'Template',
};

/** Where a setting goes in the request body. */
interface Placement {
	readonly in: 'input' | 'parameters';
	/** The API's own word. */
	readonly field: string;
	/** The service insists on the field, so its default is sent where the user set nothing. */
	readonly alwaysSent?: true;
}

/** Whole numbers: single ones and ranges (both ends included). */
export type IntegerSet = ReadonlyArray<number | readonly [min: number, max: number]>;

export interface TextRule extends Placement {
	readonly kind: 'text';
	/** Characters; the service cuts longer texts without a word (documented). */
	readonly maxLength: number;
	readonly required: boolean;
}

export interface Choice {
	/** What the user picks. */
	readonly value: string;
	/** What is sent for it, where the API has another word. */
	readonly sent?: string;
	/** Pixels of the picture, where the service documents that it aims at so many. */
	readonly pixels?: number;
}

export interface ChoiceRule extends Placement {
	readonly kind: 'choice';
	readonly choices: readonly Choice[];
	/** Absent where nothing is chosen unless the user does. */
	readonly default?: string;
}

export interface IntegerRule extends Placement {
	readonly kind: 'integer';
	readonly allowed: IntegerSet;
	/** What is counted, in the plural, for the field. */
	readonly unit?: string;
	/** Absent where the service picks one itself, e.g. a random seed. */
	readonly default?: number;
	/** Fewer numbers while another setting has a certain value. */
	readonly narrowed?: {
		readonly by: SettingName;
		readonly to: Readonly<Record<string, IntegerSet>>;
	};
}

export interface SwitchRule extends Placement {
	readonly kind: 'switch';
	readonly default: boolean;
}

export type SettingRule = TextRule | ChoiceRule | IntegerRule | SwitchRule;

/** The settings that a model takes, each with its rule; what is absent is refused. */
export type SettingRules = Readonly<Partial<Record<SettingName, SettingRule>>>;

export type FrameRole = 'firstFrame' | 'lastFrame';

/** What a file is for in a task. */
export type MediaRole = FrameRole | 'firstClip' | 'drivingAudio';

/** Where the video begins: with a picture, or where another video ends. */
export type StartFrom = 'firstFrame' | 'firstClip';

export type ImageFormat = 'bmp' | 'jpeg' | 'png' | 'webp';
export type FileFormat = 'mov' | 'mp3' | 'mp4' | 'wav';

/** How the media stand in `input`. */
export type MediaBody =
	/** `input.media`, one object a medium, first before last: some models tell them apart by order alone. */
	| { readonly shape: 'media'; readonly types: Readonly<Partial<Record<MediaRole, string>>> }
	/** A field of its own for each. */
	| { readonly shape: 'fields'; readonly fields: Readonly<Partial<Record<MediaRole, string>>> };

/** Both ends included. */
export interface Range {
	readonly min: number;
	readonly max: number;
}

/** What a frame must be. */
export interface FrameRules {
	readonly body: MediaBody;
	/** The setting that replaces the last frame: with it, only the first frame counts. */
	readonly lastFrameReplacedBy?: SettingName;
	readonly formats: readonly ImageFormat[];
	/** Whether images with an alpha channel are taken. */
	readonly takesAlpha: boolean;
	/** Pixels of each side. */
	readonly sides?: Range;
	/** Pixels of each side by the stricter of two sources that disagree: outside of it the user is warned. */
	readonly usualSides?: Range;
	/** The longer side divided by the shorter. */
	readonly maxRatio?: number;
	/** The first frame's number of pixels divided by the last one's. */
	readonly pixelCountRatio?: Range;
	/** Bytes of one image. */
	readonly maxBytes: number;
	/** Whether the service documents `data:` URIs for this family. */
	readonly takesDataUri: boolean;
}

/** What a file that is no image must be. */
export interface FileRules {
	readonly formats: readonly FileFormat[];
	readonly maxBytes: number;
}

/** Calls that the service counts together. */
export interface RateLimit {
	readonly group: string;
	readonly createsPerSecond: number;
}

/** One model ID, and where it departs from its family. */
export interface ModelEntry {
	readonly id: string;
	/** As the model list shows it. */
	readonly name: string;
	/** What it is for, in a line. */
	readonly description: string;
	/** Rules that replace the family's; `null` takes a setting away. */
	readonly settings?: Readonly<Partial<Record<SettingName, SettingRule | null>>>;
	/** Where the service counts fewer models together than the family. */
	readonly rateGroup?: string;
}

/** Models that share path, body and rules. */
export interface ModelFamily {
	readonly id: string;
	readonly name: string;
	/** Below the API's root. */
	readonly path: string;
	/** An ID that is not listed but begins (and ends) so belongs here, e.g. a dated or a fine-tuned model. */
	readonly idPrefixes: readonly string[];
	readonly idSuffix?: string;
	readonly models: readonly ModelEntry[];
	readonly settings: SettingRules;
	readonly frames: FrameRules;
	/** Present where a video can go on from a clip; a last frame is optional then, and a sound of one's own is not taken. */
	readonly firstClip?: FileRules;
	/** Present where the user's own sound can drive the video. */
	readonly drivingAudio?: FileRules;
	/** Seconds of every video, where the length cannot be set. */
	readonly fixedSeconds?: number;
	readonly rateLimit: RateLimit;
}

/** A model with all that holds for it. */
export interface Model {
	readonly id: string;
	readonly family: ModelFamily;
	readonly settings: SettingRules;
	readonly rateLimit: RateLimit;
}
