import type { IExecuteFunctions } from 'n8n-workflow';

import { checkMedia, imageOf, mediaHints } from '../models/checkMedia';
import { checkSettings, type Finding } from '../models/checkSettings';
import type { MediaRole, Model, ModelFamily, SettingValues } from '../models/family';
import { findModel } from '../models/findModel';
import { forecastVideo, type ExpectedVideo } from '../models/forecast';
import type { ErrorText } from '../util/errorText';
import { CUSTOM_MODEL } from './modelFields';
import { readMedia, type MediumSource } from './readMedia';
import { readSettings } from './settingFields';
import { fail, ok, type Result } from '../util/result';

/** One item's task, checked and ready to be sent. */
export interface CreateInput {
	readonly model: Model;
	readonly settings: SettingValues;
	readonly sources: Readonly<Partial<Record<MediaRole, MediumSource>>>;
	/** What the user should know before, though nothing is wrong. */
	readonly hints: readonly string[];
	/** Present where the first frame's size is known. */
	readonly expectedVideo?: ExpectedVideo;
}

/** Reads and checks what the item's parameters ask for, without sending anything. */
export async function readCreateInput(
	families: readonly ModelFamily[],
	ctx: IExecuteFunctions,
	itemIndex: number,
): Promise<Result<CreateInput, ErrorText>> {
	const found = readModel(families, ctx, itemIndex);
	if (!('model' in found)) return refuse([found]);
	const { model } = found;
	const settings = readSettings(ctx, itemIndex, model);
	const { given, sources, findings: unreadable } = await readMedia(ctx, itemIndex);
	const labels = unreadable.map(({ label }) => label);
	const findings = [
		...unreadable,
		// What cannot be read is not missing as well.
		...checkMedia(model, settings, given).filter(({ label }) => !labels.includes(label)),
		...checkSettings(model, settings),
	];
	if (findings.length > 0) return refuse(findings);
	const size = imageOf(given.media.firstFrame);
	const expectedVideo = size && forecastVideo(model, settings, size);
	return ok({
		model,
		settings,
		sources,
		hints: mediaHints(model, given),
		...(expectedVideo && { expectedVideo }),
	});
}

function refuse(findings: readonly Finding[]): Result<CreateInput, ErrorText> {
	const [main, ...more] = findings.map(({ label, says }) => `'${label}' ${says}`);
	return fail({
		message: main ?? '',
		description: [...more, 'Nothing was sent for this item and nothing is billed.'].join('\n'),
	});
}

function readModel(
	families: readonly ModelFamily[],
	ctx: IExecuteFunctions,
	itemIndex: number,
): { model: Model } | Finding {
	const chosen = readText(ctx.getNodeParameter('model', itemIndex, ''));
	const isTyped = chosen === CUSTOM_MODEL;
	const id = isTyped ? readText(ctx.getNodeParameter('customModelId', itemIndex, '')) : chosen;
	const label = isTyped ? 'Model ID' : 'Model';
	if (id === '') return { label, says: 'is empty' };
	const familyId = isTyped
		? readText(ctx.getNodeParameter('customModelFamily', itemIndex, ''))
		: undefined;
	const model = findModel(families, { id, ...(familyId && { familyId }) });
	if (model !== undefined) return { model };
	return familyId
		? { label: 'Model Family', says: `is "${familyId}", which is not one of the list` }
		: {
				label,
				says: `is "${id}", which is not listed; choose Custom Model to say which family it belongs to`,
			};
}

const readText = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
