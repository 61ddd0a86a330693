import type { IExecuteFunctions } from 'n8n-workflow';

import { findBinaryImage, isBinary, type BinaryReference } from '../media/binaryImage';
import { checkFrames, type FrameGiven } from '../models/checkFrames';
import { checkSettings, type Finding } from '../models/checkSettings';
import type { FrameRole, Model, ModelFamily, SettingValues } from '../models/family';
import { findModel } from '../models/findModel';
import type { Failure } from './failure';
import { FRAME_FIELDS } from './frameFields';
import { CUSTOM_MODEL } from './modelFields';
import { readSettings } from './settings';

/** Where a frame comes from, as the item's parameters say. */
export type FrameSource =
	| { readonly kind: 'url'; readonly url: string }
	| { readonly kind: 'binary'; readonly property: BinaryReference };

/** One item's task, checked and ready to be sent. */
export interface CreateOrder {
	readonly model: Model;
	readonly settings: SettingValues;
	readonly frames: Readonly<Partial<Record<FrameRole, FrameSource>>>;
}

export type ReadOrder =
	| { readonly ok: true; readonly order: CreateOrder }
	| { readonly ok: false; readonly failure: Failure };

/** Reads and checks what the item's parameters ask for, without sending anything. */
export async function readOrder(
	families: readonly ModelFamily[],
	ctx: IExecuteFunctions,
	itemIndex: number,
): Promise<ReadOrder> {
	const found = readModel(families, ctx, itemIndex);
	if (!('model' in found)) return refuse(itemIndex, [found]);
	const { model } = found;
	const settings = readSettings(ctx, itemIndex, model);
	const first = await readFrame(ctx, itemIndex, 'firstFrame');
	const last = await readFrame(ctx, itemIndex, 'lastFrame');
	const findings = [
		...[first, last].flatMap(({ finding }) => (finding ? [finding] : [])),
		...checkFrames(model, settings, { firstFrame: first.given, lastFrame: last.given }).filter(
			({ label }) => label !== first.finding?.label && label !== last.finding?.label,
		),
		...checkSettings(model, settings),
	];
	if (findings.length > 0) return refuse(itemIndex, findings);
	return {
		ok: true,
		order: {
			model,
			settings,
			frames: {
				...(first.source && { firstFrame: first.source }),
				...(last.source && { lastFrame: last.source }),
			},
		},
	};
}

function refuse(itemIndex: number, findings: readonly Finding[]): ReadOrder {
	const [main, ...more] = findings.map(
		({ label, says }) => `'${label}' ${says} (item ${itemIndex})`,
	);
	return {
		ok: false,
		failure: {
			message: main ?? '',
			description: [...more, 'Nothing was sent for this item and nothing is billed.'].join('\n'),
		},
	};
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

interface ReadFrame {
	readonly given: FrameGiven;
	readonly source?: FrameSource;
	/** Why the binary cannot be read. */
	readonly finding?: Finding;
}

async function readFrame(
	ctx: IExecuteFunctions,
	itemIndex: number,
	role: FrameRole,
): Promise<ReadFrame> {
	const { source, url, binary } = FRAME_FIELDS[role];
	if (ctx.getNodeParameter(source.name, itemIndex, 'url') !== 'binary') {
		const label = url.label;
		const text = readText(ctx.getNodeParameter(url.name, itemIndex, ''));
		return text === ''
			? { given: { kind: 'absent', label } }
			: { given: { kind: 'url', label, url: text }, source: { kind: 'url', url: text } };
	}
	const label = binary.label;
	const property = readReference(ctx.getNodeParameter(binary.name, itemIndex, binary.default));
	if (property === '') return { given: { kind: 'absent', label } };
	const found = await findBinaryImage(ctx, itemIndex, property);
	return found.kind === 'unusable'
		? { given: { kind: 'absent', label }, finding: { label, says: found.says } }
		: {
				given: { kind: 'binary', label, bytes: found.image.bytes.length },
				source: { kind: 'binary', property },
			};
}

function readReference(value: unknown): BinaryReference {
	return isBinary(value) ? value : readText(value);
}

const readText = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
