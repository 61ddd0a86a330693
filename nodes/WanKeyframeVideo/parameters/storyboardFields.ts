import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { quoteValue, type ValidationIssue } from '../models/describe';
import type { ErrorText } from '../util/errorText';
import { fail, ok, type Result } from '../util/result';
import { itemClips, storyboardClips, type Clip } from './clips';
import type { Show } from './displayByModel';
import { issuesToErrorText } from './issueText';
import { readParameters, type FieldRef, type ParameterReader } from './readParameter';

/** How many frames an item brings: `one` makes a storyboard of the items. */
export const FRAMES_PER_ITEM: FieldRef = { name: 'framesPerItem', label: 'Frames per Item' };
const CLOSE_LOOP: FieldRef = { name: 'closeLoop', label: 'Close Loop' };

/** The field that makes a storyboard of the items. */
export function framesPerItemField(show: Show): INodeProperties {
	return {
		displayName: FRAMES_PER_ITEM.label,
		name: FRAMES_PER_ITEM.name,
		type: 'options',
		options: [
			{
				name: 'Two (First and Last Frame)',
				value: 'two',
				description: 'Each item has two frames and becomes a video',
			},
			{
				name: 'One (Storyboard)',
				value: 'one',
				description:
					'Each item is a keyframe, and each pair of neighbors becomes a clip: four pictures make three clips',
			},
		],
		default: 'two',
		displayOptions: { show },
		description:
			'Whether each item is a transition of its own, or the items together are the keyframes of a film. In a storyboard a clip takes its prompt and settings from the item that it starts at.',
	};
}

/** The field of a storyboard that leads back to its beginning. */
export function closeLoopField(show: Show): INodeProperties {
	return {
		displayName: CLOSE_LOOP.label,
		name: CLOSE_LOOP.name,
		type: 'boolean',
		default: false,
		displayOptions: { show: { ...show, [FRAMES_PER_ITEM.name]: ['one'] } },
		description:
			'Whether to add a clip from the last keyframe back to the first, so that the film loops. A single item becomes one clip that loops.',
	};
}

/** The clips that the run's items make; what is wrong where they differ in how, or are too few. */
export function readClips(ctx: IExecuteFunctions): Result<readonly Clip[], ErrorText> {
	const items = ctx.getInputData().length;
	const frames = readForAllItems(ctx, FRAMES_PER_ITEM, (read) =>
		read.choice(FRAMES_PER_ITEM, ['two', 'one'], 'two'),
	);
	if (!frames.ok) return refuse(frames.error);
	if (frames.value !== 'one') return ok(itemClips(items));
	const closeLoop = readForAllItems(ctx, CLOSE_LOOP, (read) => read.boolean(CLOSE_LOOP, false));
	if (!closeLoop.ok) return refuse(closeLoop.error);
	const clips = storyboardClips(items, closeLoop.value ?? false);
	return clips.length > 0 ? ok(clips) : fail(TOO_FEW);
}

const TOO_FEW: ErrorText = {
	message: 'A storyboard needs at least two keyframes, but there is one item only',
	description: `Each item is one keyframe while '${FRAMES_PER_ITEM.label}' is One. Bring the pictures as items of their own (a tool call of an AI agent has one item only), set '${FRAMES_PER_ITEM.label}' to Two, or turn on '${CLOSE_LOOP.label}' for a clip that leads from the picture back to itself. Nothing was sent and nothing is billed.`,
};

/** What a field that holds for the whole run is; refused where an expression gives items unlike values. */
function readForAllItems<T>(
	ctx: IExecuteFunctions,
	{ label }: FieldRef,
	readOne: (read: ParameterReader) => T,
): Result<T | undefined, readonly ValidationIssue[]> {
	let first: { readonly value: T } | undefined;
	for (const item of ctx.getInputData().keys()) {
		const read = readParameters(ctx, item, readOne);
		if (!read.ok) return fail(read.error.map((issue) => ({ ...issue, item })));
		first ??= { value: read.value };
		if (read.value !== first.value) {
			const problem = `is ${quoteValue(read.value)}, but of item 0 it is ${quoteValue(first.value)}: it holds for all items together`;
			return fail([{ label, item, problem, advice: 'Give it one value for all items.' }]);
		}
	}
	return ok(first?.value);
}

const refuse = (issues: readonly ValidationIssue[]): Result<never, ErrorText> =>
	fail(issuesToErrorText(issues, 'Nothing was sent and nothing is billed.'));
