import type { ErrorText } from '../util/errorText';
import type { Model, SettingValues } from './family';
import { forecastVideo } from './forecast';
import { frameSize, type FrameInput } from './mediaInput';
import {
	defaultOf,
	JOIN_VIDEOS_LABEL,
	LINK_TRANSPORT_LABEL,
	REMOVE_SOUND_LABEL,
	SETTING_LABELS,
} from './settings';

/** A clip that is to be part of a film. */
export interface JoinedClip {
	/** The item whose settings it has. */
	readonly item: number;
	readonly model: Model;
	readonly settings: SettingValues;
	/** The frames that must have the film's shape, each with its item. */
	readonly frames: ReadonlyArray<{ readonly item: number; readonly input: FrameInput }>;
}

/** Shapes as unlike as this count as one. */
const SHAPE_TOLERANCE = 0.01;

/** A film of hundreds of clips names so many that do not fit. */
const MAX_ITEMS_NAMED = 5;

/** What an item has, to be compared with what the others have. */
interface ItemValue<T> {
	readonly item: number;
	readonly value: T;
	readonly text: string;
}

/**
 * Why clips of these settings can never be joined, as far as it is known before they are made;
 * undefined where nothing speaks against it.
 */
export function checkJoin(
	clips: readonly JoinedClip[],
	{ removeSound }: { readonly removeSound: boolean },
): ErrorText | undefined {
	return (
		refusal(
			'their frames differ in shape',
			differing(clips.flatMap(shapesOf), haveOneShape),
			SHAPE,
		) ??
		refusal('their resolutions differ', differing(clips.map(resolutionOf)), RESOLUTION) ??
		refusal('their models encode differently', differing(clips.map(codecOf)), MODEL) ??
		(removeSound
			? undefined
			: refusal('the sound of their models differs', differing(clips.flatMap(soundOf)), SOUND))
	);
}

const SHAPE =
	"A video has the shape of its first frame. Bring all pictures to one shape (within 1 %) before this node, e.g. with n8n's Edit Image node (Crop or Resize)";
const RESOLUTION = `Set one '${SETTING_LABELS.resolution}' for all items`;
const MODEL = 'Use one model for all items';
const SOUND = `${MODEL}, or turn on '${REMOVE_SOUND_LABEL}'`;

function refusal(reason: string, items: string | undefined, advice: string): ErrorText | undefined {
	return items === undefined
		? undefined
		: {
				message: `The clips cannot be joined, since ${reason}: ${items}`,
				description: `${advice}; or turn off '${JOIN_VIDEOS_LABEL}' to get the clips as they are. Nothing was sent and nothing is billed.`,
			};
}

/** e.g. "item 0 has 720P, but item 2 has 1080P"; undefined where all are like the first. */
function differing<T>(
	values: ReadonlyArray<ItemValue<T>>,
	areAlike = (one: T, other: T): boolean => one === other,
): string | undefined {
	const [first] = values;
	const others = first ? values.filter(({ value }) => !areAlike(first.value, value)) : [];
	if (first === undefined || others.length === 0) return undefined;
	const texts = [...new Set(others.map(describeItem))];
	const more = texts.length - MAX_ITEMS_NAMED;
	const named = texts.slice(0, MAX_ITEMS_NAMED).join(', ');
	return `${describeItem(first)}, but ${named}${more > 0 ? ` and ${more} more do not` : ''}`;
}

const describeItem = ({ item, text }: ItemValue<unknown>): string => `item ${item} has ${text}`;

/** Width to height of the picture: as it was chosen, else that of each frame whose size is known. */
function shapesOf({ item, model, settings, frames }: JoinedClip): Array<ItemValue<number>> {
	const ratio = settings.ratio ?? defaultOf(model.settings.ratio);
	const [width, height] = String(ratio).split(':').map(Number);
	if (width && height) return [{ item, value: width / height, text: String(ratio) }];
	return frames.flatMap((frame) => {
		const size = frameSize(frame.input);
		return size === undefined
			? []
			: [
					{
						item: frame.item,
						value: size.width / size.height,
						text: `${size.width}×${size.height}`,
					},
				];
	});
}

const haveOneShape = (one: number, other: number): boolean =>
	Math.max(one, other) / Math.min(one, other) - 1 <= SHAPE_TOLERANCE;

function resolutionOf({ item, model, settings }: JoinedClip): ItemValue<string> {
	const value = String(settings.resolution ?? defaultOf(model.settings.resolution));
	return { item, value, text: value };
}

function codecOf({ item, model: { id, codec = 'H.264' } }: JoinedClip): ItemValue<string> {
	return { item, value: codec, text: `${codec} (${id})` };
}

/** Each family has a sampling rate of its own (measured); silent clips go with any. */
function soundOf({ item, model, settings }: JoinedClip): Array<ItemValue<string>> {
	const hasSound = model.alwaysHasSound ?? settings.audio ?? defaultOf(model.settings.audio);
	return hasSound === true ? [{ item, value: model.family.id, text: `that of ${model.id}` }] : [];
}

/** What cannot be checked before the clips are made, each with the items that it concerns. */
export function joinHints(
	clips: readonly JoinedClip[],
): Array<{ readonly items: readonly number[]; readonly message: string }> {
	const ofUnknownSize = clips
		.flatMap(({ frames }) => frames)
		.filter(({ input }) => frameSize(input) === undefined)
		.map(({ item }) => item);
	const sizes = clips.flatMap(({ item, model, settings, frames: [first] }) => {
		const size = first && frameSize(first.input);
		const video = size && forecastVideo(model, settings, size);
		return video ? [{ item, value: `${video.width}×${video.height}` }] : [];
	});
	const isSizeUnlike = new Set(sizes.map(({ value }) => value)).size > 1;
	const families = new Set(clips.map(({ model }) => model.family.id));
	return [
		...(ofUnknownSize.length > 0 && clips.length > 1
			? [{ items: [...new Set(ofUnknownSize)].sort((a, b) => a - b), message: UNKNOWN_SIZE }]
			: []),
		...(isSizeUnlike ? [{ items: sizes.map(({ item }) => item), message: UNLIKE_SIZES }] : []),
		...(families.size > 1
			? [{ items: clips.map(({ item }) => item), message: SEVERAL_FAMILIES }]
			: []),
	];
}

const UNKNOWN_SIZE = `The clips can be joined only if all pictures have one shape, and the sizes of these are not known beforehand. With '${LINK_TRANSPORT_LABEL}' set to Fetch pictures behind links are checked before anything is paid`;
const UNLIKE_SIZES =
	'The shapes of the frames differ a little, so that the clips may come out in different sizes, which cannot be joined. Pictures of one size are safe';
const SEVERAL_FAMILIES =
	'The clips are made by models of several vendors or generations. Whether they can be joined shows when they are there; if not, the clips are kept';
