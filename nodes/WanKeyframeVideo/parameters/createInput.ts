import type { IExecuteFunctions } from 'n8n-workflow';

import { checkMedia } from '../models/checkMedia';
import { checkSettings } from '../models/checkSettings';
import type { Model, SettingValues } from '../models/family';
import { forecastVideo, type ExpectedVideo } from '../models/forecast';
import { mediaHints } from '../models/mediaHints';
import { frameSize } from '../models/mediaInput';
import type { ValidationIssue } from '../models/validationIssue';
import type { ErrorText } from '../util/errorText';
import { fail, ok, type Result } from '../util/result';
import { issuesToErrorText } from './issueText';
import { readMediaParameters } from './mediaFields';
import { readModel } from './modelFields';
import { readMedia, type ItemMedia, type MediaReading } from './readMedia';
import { readParameters } from './readParameter';
import { readSettings } from './settingFields';

/** One item's task, checked and ready to be sent. */
export interface CreateInput {
	readonly model: Model;
	readonly settings: SettingValues;
	readonly media: ItemMedia;
	/** What the user should know beforehand, though nothing is wrong. */
	readonly hints: readonly string[];
	/** Present where the first frame's size is known. */
	readonly expectedVideo?: ExpectedVideo;
}

/** Reads and checks what the item's parameters ask for, without sending anything to the service. */
export async function readCreateInput(
	ctx: IExecuteFunctions,
	itemIndex: number,
	environment: Pick<MediaReading, 'isServicePublic' | 'links'>,
): Promise<Result<CreateInput, ErrorText>> {
	const found = readModel(ctx, itemIndex);
	if (!found.ok) return refuse(found.error);
	const model = found.value;
	const parameters = readParameters(ctx, itemIndex, (read) => ({
		...readSettings(ctx, read, model),
		media: readMediaParameters(read),
	}));
	if (!parameters.ok) return refuse(parameters.error);
	const { settings, hints } = parameters.value;

	const reading = { ctx, itemIndex, model, ...environment };
	const { media, issues: unreadable } = await readMedia(reading, parameters.value.media);
	const unreadableLabels = unreadable.map(({ label }) => label);
	const issues = [
		...unreadable,
		// Do not report what cannot be read as missing too.
		...checkMedia(model, settings, media).filter(({ label }) => !unreadableLabels.includes(label)),
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

const refuse = (issues: readonly ValidationIssue[]): Result<never, ErrorText> =>
	fail(issuesToErrorText(issues, 'Nothing was sent for this item and nothing is billed.'));
