import type { MediaRole, Model, SettingRule, SettingValue, SettingValues } from './family';
import { settingEntries } from './findModel';

/** The media as the API gets them: URLs or data URIs. */
export type MediaUrls = Readonly<Partial<Record<MediaRole, string>>>;

type Members = { [field: string]: unknown };

export interface CreateBody {
	readonly [key: string]: unknown;
	readonly model: string;
	readonly input: Members;
	readonly parameters?: Members;
}

export interface CreateRequest {
	/** Below the API's root. */
	readonly path: string;
	readonly body: CreateBody;
}

/** The request that creates a task: what the user set, and what the service insists on. Expects checked settings. */
export function buildRequest(
	model: Model,
	settings: SettingValues,
	media: MediaUrls,
): CreateRequest {
	const placed: { input: Members; parameters: Members } = { input: {}, parameters: {} };
	for (const [name, rule] of settingEntries(model.settings)) {
		const value = settings[name] ?? (rule.alwaysSent && defaultOf(rule));
		if (value !== undefined) placed[rule.in][rule.field] = sentFor(rule, value);
	}
	return {
		path: model.family.path,
		body: {
			model: model.id,
			input: { ...placed.input, ...placeMedia(model, media) },
			...(Object.keys(placed.parameters).length > 0 && { parameters: placed.parameters }),
		},
	};
}

/** What the service does where nothing is sent, as far as the table knows it. */
export function defaultOf(rule: SettingRule): SettingValue | undefined {
	return 'default' in rule ? rule.default : undefined;
}

function sentFor(rule: SettingRule, value: SettingValue): SettingValue {
	if (rule.kind !== 'choice') return value;
	return rule.choices.find((choice) => choice.value === value)?.sent ?? value;
}

/** In this order: some families tell the first frame from the last by it alone. */
const MEDIA_ORDER: readonly MediaRole[] = ['firstFrame', 'firstClip', 'lastFrame', 'drivingAudio'];

function placeMedia({ family }: Model, media: MediaUrls): Members {
	const { body } = family.frames;
	const names = body.shape === 'media' ? body.types : body.fields;
	const given = MEDIA_ORDER.flatMap((role) => {
		const name = names[role];
		const url = media[role];
		return url === undefined || name === undefined ? [] : [{ name, url }];
	});
	return body.shape === 'media'
		? { media: given.map(({ name, url }) => ({ type: name, url })) }
		: Object.fromEntries(given.map(({ name, url }) => [name, url]));
}
