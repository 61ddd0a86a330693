import type { MediaRole, Model, SettingRule, SettingValue, SettingValues } from './family';
import { MEDIA_ORDER } from './mediaInput';
import { defaultOf, settingEntries } from './settings';

/** The media as the API gets them: URLs or data URIs. */
export type MediaUrls = Readonly<Partial<Record<MediaRole, string>>>;

type JsonMembers = { [field: string]: unknown };

export interface CreateBody {
	readonly [key: string]: unknown;
	readonly model: string;
	readonly input: JsonMembers;
	readonly parameters?: JsonMembers;
}

export interface CreateRequest {
	/** Below the API's root. */
	readonly path: string;
	readonly body: CreateBody;
}

/**
 * The request that creates a task: what the user set, and what the service requires. Expects
 * checked settings.
 */
export function buildRequest(
	model: Model,
	settings: SettingValues,
	media: MediaUrls,
): CreateRequest {
	const members: { input: JsonMembers; parameters: JsonMembers } = { input: {}, parameters: {} };
	for (const [name, rule] of settingEntries(model.settings)) {
		const value = settings[name] ?? (rule.alwaysSent && defaultOf(rule));
		if (value !== undefined) members[rule.in][rule.field] = apiValueOf(rule, value);
	}
	return {
		path: model.family.path,
		body: {
			model: model.id,
			input: { ...members.input, ...mediaMembers(model, media) },
			...(Object.keys(members.parameters).length > 0 && { parameters: members.parameters }),
		},
	};
}

function apiValueOf(rule: SettingRule, value: SettingValue): SettingValue {
	if (rule.kind !== 'choice') return value;
	return rule.choices.find((choice) => choice.value === value)?.apiValue ?? value;
}

function mediaMembers({ body }: Model, media: MediaUrls): JsonMembers {
	const names = body.kind === 'list' ? body.types : body.fields;
	const present = MEDIA_ORDER.flatMap((role) => {
		const name = names[role];
		const url = media[role];
		return url === undefined || name === undefined ? [] : [{ name, url }];
	});
	return body.kind === 'list'
		? { media: present.map(({ name, url }) => ({ type: name, url })) }
		: Object.fromEntries(present.map(({ name, url }) => [name, url]));
}
