import type { FrameRole, Model, SettingRule, SettingValue, SettingValues } from './family';
import { settingEntries } from './findModel';

/** The frames as the API gets them: URLs or data URIs. */
export type FrameUrls = Readonly<Partial<Record<FrameRole, string>>>;

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
	frames: FrameUrls,
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
			input: { ...placed.input, ...placeFrames(model, frames) },
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

function placeFrames({ family }: Model, frames: FrameUrls): Members {
	const { body } = family.frames;
	// In this order: some families tell the two apart by it alone.
	const roles: FrameRole[] = ['firstFrame', 'lastFrame'];
	const given = roles.flatMap((role) => {
		const url = frames[role];
		return url === undefined ? [] : [{ role, url }];
	});
	return body.shape === 'media'
		? { media: given.map(({ role, url }) => ({ type: body.types[role], url })) }
		: Object.fromEntries(given.map(({ role, url }) => [body.fields[role], url]));
}
