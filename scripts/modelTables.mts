/** The documentation's tables of models, as the catalog has them. */
import { joinWithOr, megabytes } from '../nodes/WanKeyframeVideo/models/describe.ts';
import type { IntegerSet, Model, ModelEntry } from '../nodes/WanKeyframeVideo/models/family.ts';
import { listedModels } from '../nodes/WanKeyframeVideo/models/findModel.ts';
import { regionsOf } from '../nodes/WanKeyframeVideo/models/summary.ts';
import { PRICES, PRICES_DATE } from './prices.mts';

/** Documents that hold a table, each with its name after `models:begin`. */
export const DOCUMENTS = [
	{ file: 'README.md', table: 'settings' },
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
	settings: () =>
		tableOf({
			Model: namesOf,
			ID: idsOf,
			Resolution: ([{ model }]) => resolutions(model),
			Seconds: ([{ model }]) => seconds(model),
			Sound: ([{ model }]) => sound(model),
			Prompt: ([{ model }]) => text(model, 'prompt'),
			'Negative prompt': ([{ model }]) => text(model, 'negativePrompt'),
			'Served in': ([{ model, entry }]) =>
				regionsOf(model, entry).join(', ') +
				(model.family.needsActivation ? '; to be activated once' : ''),
		}),
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
		const cells = Object.entries(columns).map(([name, cell]) =>
			['Model', 'ID'].includes(name) ? '' : cell([listed]),
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

function seconds({ settings: { duration }, fixedSeconds }: Model): string {
	if (duration?.kind !== 'integer') return String(fixedSeconds);
	const exceptions = Object.entries(duration.narrowed?.to ?? {}).map(
		([value, set]) => `${value}: ${integers(set)}`,
	);
	return integers(duration.allowed) + (exceptions.length > 0 ? ` (${exceptions.join('; ')})` : '');
}

const integers = (set: IntegerSet): string =>
	set
		.map((part) => {
			if (typeof part !== 'number') return `${part[0]}…${part[1]}`;
			return part < 0 ? `−${Math.abs(part)} (the model decides)` : String(part);
		})
		.join(', ');

function sound({ settings: { audio }, alwaysHasSound }: Model): string {
	if (alwaysHasSound) return 'always';
	return audio?.kind === 'switch' ? `switch, ${audio.default ? '**on**' : '**off**'}` : 'silent';
}

function text({ settings }: Model, name: 'prompt' | 'negativePrompt'): string {
	const rule = settings[name];
	if (rule?.kind !== 'text') return NONE;
	return `${rule.required ? 'needed, ' : ''}≤ ${rule.maxLength.toLocaleString('en')}`;
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
