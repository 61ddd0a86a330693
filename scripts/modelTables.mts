/** The documentation's tables of models, as the catalog has them. */
import { joinWithOr, megabytes } from '../nodes/WanKeyframeVideo/models/describe.ts';
import type { IntegerSet, Model, ModelEntry } from '../nodes/WanKeyframeVideo/models/family.ts';
import { listedModels } from '../nodes/WanKeyframeVideo/models/findModel.ts';
import { regionsOf } from '../nodes/WanKeyframeVideo/models/summary.ts';
import { PRICES, PRICES_DATE } from './prices.mts';

/** Documents that hold a table, each with its name after `models:begin`. */
export const DOCUMENTS = [
	{ file: 'README.md', table: 'settings' },
	{ file: 'docs/README.zh-CN.md', table: 'settingsInChinese' },
	{ file: 'docs/guide.md', table: 'files' },
	{ file: 'docs/guide.md', table: 'prices' },
] as const;

type TableName = (typeof DOCUMENTS)[number]['table'];

/** The document with its table as it must be. Throws where the markers are missing. */
export function withModelTable(document: string, table: TableName): string {
	const begin = `<!-- models:begin (${table}; npm run docs:tables writes it) -->`;
	const end = '<!-- models:end -->';
	const from = document.indexOf(begin);
	const to = document.indexOf(end, from);
	if (from < 0 || to < from) throw new Error(`The markers ${begin} … ${end} are missing`);
	const rows = [...TABLES[table]()].join('\n');
	return `${document.slice(0, from)}${begin}\n${rows}\n${document.slice(to)}`;
}

const TABLES: Readonly<Record<TableName, () => string[]>> = {
	settings: () => settingsTable(ENGLISH),
	settingsInChinese: () => settingsTable(CHINESE),
	files: () =>
		tableOf({
			Model: namesOf,
			Images: ([{ model }]) =>
				model.frames.formats.map((format) => format.toUpperCase()).join(', ') +
				(model.frames.allowsAlpha ? '' : '; no transparency'),
			Size: ([{ model }]) => `≤ ${megabytes(model.frames.maxBytes)}`,
			'Sides (pixels)': ([{ model }]) => sides(model),
			Shape: ([{ model }]) => shape(model),
			'Data URI': ([{ model }]) => (model.frames.allowsDataUri ? 'yes' : 'no'),
			'Clip, sound': ([{ model }]) => files(model),
		}),
	prices: () => [
		...tableOf({
			Model: namesOf,
			Region: ([{ model, entry }]) =>
				PRICES[entry.id] === undefined ? regionsOf(model, entry).join(', ') : 'Beijing',
			'¥ for each second': ([{ model }]) => {
				const { silent, note } = PRICES[model.id] ?? {};
				return prices(model, silent) + (note === undefined ? '' : `; ${note}`);
			},
			'With sound switched on': ([{ model }]) => prices(model, PRICES[model.id]?.withSound),
		}),
		'',
		`List prices as of ${PRICES_DATE}.`,
	],
};

/** What a table of settings says in words. */
const ENGLISH = {
	headings: [
		'Model',
		'ID',
		'Resolution',
		'Seconds',
		'Sound',
		'Prompt',
		'Negative prompt',
		'Served in',
	],
	regions: {},
	modelDecides: ' (the model decides)',
	always: 'always',
	silent: 'silent',
	toggle: 'switch, ',
	on: 'on',
	off: 'off',
	needed: 'needed, ',
	comma: ', ',
	toBeActivated: '; to be activated once',
};

type Words = { readonly [Key in keyof typeof ENGLISH]: (typeof ENGLISH)[Key] } & {
	readonly regions: Readonly<Record<string, string>>;
};

const CHINESE: Words = {
	headings: ['模型', 'ID', '分辨率', '时长（秒）', '声音', '提示词', '反向提示词', '部署地域'],
	regions: {
		Beijing: '北京',
		Singapore: '新加坡',
		Virginia: '弗吉尼亚',
		Frankfurt: '法兰克福',
		Tokyo: '东京',
		'Hong Kong': '香港',
	},
	modelDecides: '（由模型决定）',
	always: '有声',
	silent: '无声',
	toggle: '可选，',
	on: '默认开',
	off: '默认关',
	needed: '必填，',
	comma: '、',
	toBeActivated: '；需先开通',
};

function settingsTable(words: Words): string[] {
	const cells: Array<(row: Row) => string> = [
		namesOf,
		idsOf,
		([{ model }]) => resolutions(model),
		([{ model }]) => seconds(model, words),
		([{ model }]) => sound(model, words),
		([{ model }]) => text(model, 'prompt', words),
		([{ model }]) => text(model, 'negativePrompt', words),
		([{ model, entry }]) =>
			regionsOf(model, entry)
				.map((region) => words.regions[region] ?? region)
				.join(words.comma) + (model.family.needsActivation ? words.toBeActivated : ''),
	];
	return tableOf(Object.fromEntries(cells.map((cell, index) => [words.headings[index], cell])));
}

interface Listed {
	readonly model: Model;
	readonly entry: ModelEntry;
}

/** Models that share a row. */
type Row = readonly [Listed, ...Listed[]];

type Columns = Readonly<Record<string, (row: Row) => string>>;

/** One row for all models of a family whose other columns are alike. */
function tableOf(columns: Columns): string[] {
	const rows = new Map<string, [Listed, ...Listed[]]>();
	for (const { entry, ...model } of listedModels()) {
		const listed = { model, entry };
		const cells = Object.values(columns).map((cell) =>
			cell === namesOf || cell === idsOf ? '' : cell([listed]),
		);
		const key = JSON.stringify([model.family.id, ...cells]);
		const row = rows.get(key);
		if (row === undefined) rows.set(key, [listed]);
		else row.push(listed);
	}
	const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
	const names = Object.keys(columns);
	return [
		line(names),
		line(names.map(() => '---')),
		...[...rows.values()].map((row) => line(Object.values(columns).map((cell) => cell(row)))),
	];
}

const namesOf = (row: Row): string => row.map(({ entry }) => entry.name).join('<br>');
const idsOf = (row: Row): string => row.map(({ entry }) => `\`${entry.id}\``).join('<br>');

const NONE = '–';

function resolutions({ settings: { resolution } }: Model): string {
	if (resolution?.kind !== 'choice') return NONE;
	return resolution.choices
		.map(({ value }) => (value === resolution.default ? `**${value}**` : value))
		.join(', ');
}

function seconds({ settings: { duration }, fixedSeconds }: Model, words: Words): string {
	if (duration?.kind !== 'integer') return String(fixedSeconds);
	const exceptions = Object.entries(duration.restricted?.to ?? {}).map(
		([value, set]) => `${value}: ${integers(set, words)}`,
	);
	return (
		integers(duration.allowed, words) + (exceptions.length > 0 ? ` (${exceptions.join('; ')})` : '')
	);
}

const integers = (set: IntegerSet, words: Words): string =>
	set
		.map((part) => {
			if (typeof part !== 'number') return `${part[0]}…${part[1]}`;
			return part < 0 ? `−${Math.abs(part)}${words.modelDecides}` : String(part);
		})
		.join(', ');

function sound({ settings: { audio }, alwaysHasSound }: Model, words: Words): string {
	if (alwaysHasSound) return words.always;
	if (audio?.kind !== 'boolean') return words.silent;
	return `${words.toggle}**${audio.default ? words.on : words.off}**`;
}

function text({ settings }: Model, name: 'prompt' | 'negativePrompt', words: Words): string {
	const rule = settings[name];
	if (rule?.kind !== 'text') return NONE;
	return `${rule.required ? words.needed : ''}≤ ${rule.maxLength.toLocaleString('en')}`;
}

function sides({ frames: { sidePixels, recommendedSidePixels } }: Model): string {
	if (sidePixels === undefined) return NONE;
	const recommended = recommendedSidePixels
		? ` (recommended ${recommendedSidePixels.min}…${recommendedSidePixels.max})`
		: '';
	return `${sidePixels.min}…${sidePixels.max}${recommended}`;
}

function shape({ frames: { maxRatio, pixelCountRatio } }: Model): string {
	const parts = [
		...(maxRatio === undefined ? [] : [`1:${maxRatio}…${maxRatio}:1`]),
		...(pixelCountRatio === undefined
			? []
			: [`first frame ${pixelCountRatio.min}…${pixelCountRatio.max} times the pixels of the last`]),
	];
	return parts.join('; ') || NONE;
}

/** Prices with the resolutions that they are of. Throws where there are not as many. */
function prices({ id, settings: { resolution } }: Model, perSecond?: readonly number[]): string {
	if (perSecond === undefined) return NONE;
	const choices = resolution?.kind === 'choice' ? resolution.choices : [];
	if (choices.length !== perSecond.length) throw new Error(`Not as many prices as ${id} has sizes`);
	return choices
		.map(({ value }, index) => `${perSecond[index]?.toFixed(4).replace(/0{1,2}$/, '')} (${value})`)
		.join(', ');
}

function files({ firstClip, drivingAudio }: Model): string {
	const parts = [firstClip, drivingAudio].flatMap((rules) =>
		rules === undefined
			? []
			: [
					`${joinWithOr(rules.formats.map((format) => format.toUpperCase()))} ≤ ${megabytes(rules.maxBytes)}, ${rules.seconds.min}…${rules.seconds.max} s`,
				],
	);
	return parts.join('<br>') || NONE;
}
