import type { IExecuteFunctions } from 'n8n-workflow';

import { checkMedia } from '../models/checkMedia';
import { checkSettings } from '../models/checkSettings';
import type { Model, SettingValues } from '../models/family';
import { forecastVideo, type ExpectedVideo } from '../models/forecast';
import { mediaHints } from '../models/mediaHints';
import { frameSize } from '../models/mediaInput';
import { nameField, type ValidationIssue } from '../models/describe';
import type { ErrorText } from '../util/errorText';
import { fail, ok, type Result } from '../util/result';
import type { Clip } from './clips';
import { issuesToErrorText } from './issueText';
import {
	readKeyframe,
	readMediaParameters,
	type Keyframes,
	type MediaReference,
} from './mediaFields';
import { readModel } from './modelFields';
import { readMedia, type ItemMedia, type MediaReading } from './readMedia';
import { readParameters } from './readParameter';
import { readSettings } from './settingFields';

/** One clip's task, checked and ready to be sent. */
export interface CreateInput {
	readonly model: Model;
	readonly settings: SettingValues;
	readonly media: ItemMedia;
	/** What the user should know beforehand, though nothing is wrong. */
	readonly hints: readonly string[];
	/** Present where the first frame's size is known. */
	readonly expectedVideo?: ExpectedVideo;
}

type KeyframeReference = Result<MediaReference, readonly ValidationIssue[]>;

/** What the clips of a run share. */
export interface CreateEnvironment
	extends Pick<MediaReading, 'isServicePublic' | 'links' | 'frames'> {
	/** The keyframes of a storyboard by their items: two clips use the same value of an expression. */
	readonly keyframes: Map<number, KeyframeReference>;
}

/** Reads and checks what the clip's parameters ask for, without sending anything to the service. */
export async function readCreateInput(
	ctx: IExecuteFunctions,
	clip: Clip,
	{ keyframes, ...environment }: CreateEnvironment,
): Promise<Result<CreateInput, ErrorText>> {
	const noun = clip.to === undefined ? 'item' : 'clip';
	const refuse = (issues: readonly ValidationIssue[]) =>
		fail(issuesToErrorText(issues, `Nothing was sent for this ${noun} and nothing is billed.`));
	const itemIndex = clip.from;
	const found = readModel(ctx, itemIndex);
	if (!found.ok) return refuse(found.error);
	const model = found.value;
	const frames = readKeyframes(ctx, clip, keyframes);
	if (!frames.ok) return refuse(frames.error);
	const parameters = readParameters(ctx, itemIndex, (read) => ({
		...readSettings(ctx, read, model),
		media: readMediaParameters(read, frames.value),
	}));
	if (!parameters.ok) return refuse(parameters.error);
	const { settings, hints } = parameters.value;

	const reading = { ctx, itemIndex, model, ...environment };
	const { media, issues: unreadable } = await readMedia(reading, parameters.value.media);
	const unreadableFields = unreadable.map(nameField);
	const issues = [
		...unreadable,
		// Do not report what cannot be read as missing too.
		...checkMedia(model, settings, media).filter(
			(issue) => !unreadableFields.includes(nameField(issue)),
		),
		...checkSettings(model, settings),
	];
	if (issues.length > 0) return refuse(issues);
	const size = frameSize(media.firstFrame);
	const expectedVideo = size && forecastVideo(model, settings, size);
	return ok({
		model,
		settings,
		media,
		hints: [...hints, ...mediaHints(model, media)],
		...(expectedVideo && { expectedVideo }),
	});
}

/** The frames of a storyboard's clip; undefined where the item has fields for both of its frames. */
function readKeyframes(
	ctx: IExecuteFunctions,
	{ from, to }: Clip,
	known: CreateEnvironment['keyframes'],
): Result<Keyframes | undefined, readonly ValidationIssue[]> {
	if (to === undefined) return ok(undefined);
	const read = (item: number): KeyframeReference => {
		const keyframe = known.get(item) ?? readKeyframe(ctx, item);
		known.set(item, keyframe);
		return keyframe;
	};
	const firstFrame = read(from);
	if (!firstFrame.ok) return firstFrame;
	const lastFrame = read(to);
	return lastFrame.ok
		? ok({ firstFrame: firstFrame.value, lastFrame: lastFrame.value })
		: lastFrame;
}
