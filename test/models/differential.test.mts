import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRequest } from '../../nodes/WanKeyframeVideo/models/buildRequest.ts';
import { FAMILIES } from '../../nodes/WanKeyframeVideo/models/catalog.ts';
import { checkSettings } from '../../nodes/WanKeyframeVideo/models/checkSettings.ts';
import type {
	Model,
	SettingName,
	SettingRule,
	SettingValue,
	SettingValues,
} from '../../nodes/WanKeyframeVideo/models/family.ts';
import { listedModels, resolveModel } from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import { settingEntries } from '../../nodes/WanKeyframeVideo/models/settings.ts';
import type { JsonObject } from '../simulator/json.mts';
import { MODELS, type ServedModel } from '../simulator/index.mts';
import { checkCreateBody } from '../simulator/api/createBody.mts';
import { repetitions } from '../depth.mts';
import { printSeed, seed } from '../seed.mts';

const RUNS_PER_MODEL = repetitions(2_000);

printSeed('differential test');
const FRAMES = { firstFrame: 'https://example.com/a.png', lastFrame: 'https://example.com/b.png' };

/** Numbers of characters on both sides of each limit that a model has. */
const textLengths = [
	...new Set([
		...[1, 2],
		...listedModels()
			.flatMap(({ settings }) => Object.values(settings))
			.flatMap((rule) => (rule.kind === 'text' ? [rule.maxLength] : []))
			.flatMap((limit) => [limit - 1, limit, limit + 1]),
	]),
];
const text = fc
	.tuple(fc.constantFrom(...textLengths), fc.constantFrom('a', '长', '🎬'))
	.map(([length, character]) => character.repeat(length));
const whole = fc.oneof(
	fc.integer({ min: -2, max: 32 }),
	fc.constantFrom(2_147_483_646, 2_147_483_647, 2_147_483_648, 2.5, -0.5, 5.000_001),
);
const flag = fc.oneof(
	{ weight: 8, arbitrary: fc.boolean() },
	{ weight: 1, arbitrary: fc.constantFrom('true', 'yes') },
);
const tiers = fc.constantFrom(
	'360P',
	'480P',
	'540P',
	'720P',
	'1080P',
	'768P',
	'2K',
	'4K',
	'720p',
	'HD',
);

const values: Record<SettingName, fc.Arbitrary<SettingValue>> = {
	prompt: text,
	negativePrompt: text,
	resolution: tiers,
	duration: whole,
	promptExtend: flag,
	watermark: flag,
	seed: whole,
	audio: flag,
	ratio: fc.constantFrom('adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16', '2:1'),
	template: fc.constantFrom('hanfu-1', 'solaron', 'magazine', 'mech1', 'mech2', 'mech3'),
};

/** Mostly what the model takes, so that whole sets are legal often enough; and always a chance of each fault. */
function settingsFor(model: Model): fc.Arbitrary<SettingValues> {
	const members = settingEntries(values).map(([name, arbitrary]) => {
		const rule = model.settings[name];
		const legal = rule && legalValue(rule);
		const weights = legal ? { absent: 4, legal: 8, any: 1 } : { absent: 30, legal: 0, any: 1 };
		return fc
			.oneof(
				{ weight: weights.absent, arbitrary: fc.constant(undefined) },
				{ weight: weights.legal, arbitrary: legal ?? fc.constant(undefined) },
				{ weight: weights.any, arbitrary },
			)
			.map((value): SettingValues => (value === undefined ? {} : { [name]: value }));
	});
	return fc.tuple(...members).map((parts): SettingValues => Object.assign({}, ...parts));
}

function legalValue(rule: SettingRule): fc.Arbitrary<SettingValue> {
	switch (rule.kind) {
		case 'text':
			return fc.constantFrom('a', 'x'.repeat(rule.maxLength), '🎬'.repeat(rule.maxLength));
		case 'choice':
			return fc.constantFrom(...rule.choices.map(({ value }) => value));
		case 'integer':
			return fc.constantFrom(...rule.allowed.flat());
		case 'boolean':
			return fc.boolean();
	}
}

/** The body as it would go out unchecked: also with what the model does not take, where other families put it. */
function uncheckedBody(model: Model, settings: SettingValues): JsonObject {
	const foreign = Object.fromEntries(
		settingEntries(settings).flatMap(([name]) => {
			const rule =
				model.settings[name] ?? FAMILIES.map((family) => family.settings[name]).find(Boolean);
			return rule ? [[name, rule]] : [];
		}),
	);
	const frames =
		settings.template === undefined || model.settings.template === undefined
			? FRAMES
			: { firstFrame: FRAMES.firstFrame };
	return JSON.parse(
		JSON.stringify(
			buildRequest({ ...model, settings: { ...model.settings, ...foreign } }, settings, frames)
				.body,
		),
	);
}

function serviceVerdict(served: ServedModel, model: Model, settings: SettingValues) {
	return checkCreateBody(served, uncheckedBody(model, settings));
}

function without(settings: SettingValues, names: readonly SettingName[]): SettingValues {
	return Object.fromEntries(settingEntries(settings).filter(([name]) => !names.includes(name)));
}

describe('the checks of the node and the late validation of the service agree', () => {
	const ids = FAMILIES.flatMap((family) => family.models.map(({ id }) => ({ id, family })));

	it.each(ids)('$id', ({ id, family }) => {
		const model = resolveModel(family, id);
		const served = MODELS.get(id);
		expect(served, 'the service serves it').toBeDefined();
		if (!served) return;
		let accepted = 0;
		let refused = 0;

		fc.assert(
			fc.property(settingsFor(model), (settings) => {
				const issues = checkSettings(model, settings);
				const verdict = serviceVerdict(served, model, settings);
				if (issues.length === 0) {
					accepted++;
					expect(verdict, 'let through by the node').toMatchObject({
						ok: true,
						value: { truncated: [] },
					});
					return;
				}
				refused++;
				const foreign = settingEntries(settings)
					.map(([name]) => name)
					.filter((name) => model.settings[name] === undefined);
				// What the model does not take the service ignores in silence, which the node must not do.
				const own = without(settings, foreign);
				const isIgnored =
					foreign.length > 0 &&
					checkSettings(model, own).length === 0 &&
					isDeepStrictEqual(serviceVerdict(served, model, own), verdict);
				const isRefusedOrCut = !verdict.ok || verdict.value.truncated.length > 0;
				expect(
					isRefusedOrCut || isIgnored,
					issues.map(({ label, problem }) => `${label} ${problem}`).join('\n'),
				).toBe(true);
			}),
			{ numRuns: RUNS_PER_MODEL, seed },
		);
		// Both sides were really tried.
		expect(accepted).toBeGreaterThan(RUNS_PER_MODEL / 20);
		expect(refused).toBeGreaterThan(RUNS_PER_MODEL / 20);
	});
});
