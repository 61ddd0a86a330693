import { isObject, memberAt, type JsonObject } from '../json.mts';
import type { MediaReference } from '../media/fetchMedia.mts';
import type { DurationRules, MediaRules, ServedModel, TextRules } from '../models/model.mts';
import { invalidParameter, type Result } from '../tasks/taskError.mts';

/** A create body whose fields have been checked; its media have not been fetched. */
export interface VideoRequest {
	prompt: string;
	/** Paths of the texts that were too long and have been cut. */
	truncated: readonly string[];
	media: readonly MediaReference[];
	/** `720P`, also where the model calls it `std`. */
	resolution: string;
	seconds: number;
	/** `adaptive`, or the ratio that was asked for. */
	ratio: string;
	switches: Readonly<Record<string, boolean>>;
	sound: boolean;
}

const AUTOMATIC_SECONDS = 5;
const ROLES: readonly MediaReference['role'][] = [
	'first_frame',
	'last_frame',
	'driving_audio',
	'first_clip',
];

/**
 * Checks the fields of a body as the service does once it starts the task: all errors are joined
 * with ` & `, and unknown fields are ignored (docs/service-facts.md#4-create).
 */
export function checkCreateBody(model: ServedModel, body: JsonObject): Result<VideoRequest> {
	const errors: string[] = [];
	const read = new FieldReader(body, errors);

	const media = readMedia(model.media, read);
	const prompt = readText(read, 'input.prompt', model.prompt);
	const promptRequired =
		model.prompt.required === 'always' ||
		(model.prompt.required === 'without-media' && media.length === 0);
	if (promptRequired && read.at('input.prompt') === undefined) read.require('input.prompt');
	if (promptRequired && read.at('input.prompt') === '') {
		errors.push('String should have at least 1 character: input.prompt');
	}
	const negativePrompt =
		model.negativePrompt && readText(read, 'input.negative_prompt', model.negativePrompt);

	const resolution = readResolution(model, read);
	const seconds = readSeconds(model.duration, resolution, read);
	if (model.seed !== undefined) read.integer('parameters.seed', model.seed);
	const switches = Object.fromEntries(
		Object.entries(model.switches).map(([name, byDefault]) => [
			name,
			read.boolean(`parameters.${name}`) ?? byDefault,
		]),
	);
	const ratio =
		model.ratios === undefined
			? 'adaptive'
			: (read.choice('parameters.ratio', model.ratios) ?? 'adaptive');

	if (errors.length > 0) {
		return { ok: false, error: invalidParameter(errors.join(' & ')) };
	}
	return {
		ok: true,
		value: {
			prompt: prompt.text,
			truncated: [...prompt.truncated, ...(negativePrompt?.truncated ?? [])],
			media,
			resolution,
			seconds,
			ratio,
			switches,
			sound: model.sound === 'always' || (model.sound === 'switch' && switches.audio === true),
		},
	};
}

class FieldReader {
	constructor(
		private readonly body: JsonObject,
		readonly errors: string[],
	) {}

	at(path: string): unknown {
		// A null is as good as no value.
		return memberAt(this.body, path) ?? undefined;
	}

	require(path: string): void {
		this.errors.push(`Field required: ${path}`);
	}

	string(path: string): string | undefined {
		const value = this.at(path);
		if (value === undefined || typeof value === 'string') return value;
		this.errors.push(`Input should be a valid string: ${path}`);
		return undefined;
	}

	requiredString(path: string): string | undefined {
		if (this.at(path) === undefined) this.require(path);
		return this.string(path);
	}

	boolean(path: string): boolean | undefined {
		const value = this.at(path);
		if (value === undefined || typeof value === 'boolean') return value;
		this.errors.push(`Input should be a valid boolean: ${path}`);
		return undefined;
	}

	integer(path: string, bounds?: { min: number; max: number }): number | undefined {
		const value = this.at(path);
		if (value === undefined) return undefined;
		if (typeof value !== 'number' || !Number.isInteger(value)) {
			this.errors.push(`Input should be a valid integer: ${path}`);
			return undefined;
		}
		if (bounds !== undefined && value < bounds.min) {
			this.errors.push(`Input should be greater than or equal to ${bounds.min}: ${path}`);
		}
		if (bounds !== undefined && value > bounds.max) {
			this.errors.push(`Input should be less than or equal to ${bounds.max}: ${path}`);
		}
		return value;
	}

	choice(path: string, choices: readonly string[]): string | undefined {
		const value = this.at(path);
		if (value === undefined) return undefined;
		if (typeof value === 'string' && choices.includes(value)) return value;
		this.errors.push(`Input should be ${oneOf(choices)}: ${path}`);
		return undefined;
	}
}

/** `'1080P' or '720P'`, `'a', 'b' or 'c'`. */
function oneOf(choices: readonly string[]): string {
	const quoted = choices.map((choice) => `'${choice}'`);
	const last = quoted.pop() ?? '';
	return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

// Characters are code points.
function readText(
	read: FieldReader,
	path: string,
	{ max, tooLong }: TextRules,
): { text: string; truncated: readonly string[] } {
	const text = read.string(path) ?? '';
	const characters = Array.from(text);
	if (characters.length <= max) return { text, truncated: [] };
	if (tooLong === 'refused') {
		read.errors.push(`String should have at most ${max} characters: ${path}`);
		return { text, truncated: [] };
	}
	return { text: characters.slice(0, max).join(''), truncated: [path] };
}

function readResolution({ resolution: rules }: ServedModel, read: FieldReader): string {
	const path = `parameters.${rules.field}`;
	if (rules.field === 'mode') {
		const mode = read.choice(path, Object.keys(rules.choices)) ?? rules.default;
		return rules.choices[mode] ?? '';
	}
	if (rules.default === undefined && read.at(path) === undefined) read.require(path);
	return read.choice(path, rules.choices) ?? rules.default ?? '';
}

function readSeconds(rules: DurationRules, resolution: string, read: FieldReader): number {
	const path = 'parameters.duration';
	const byDefault = rules.kind === 'range' ? rules.default : undefined;
	if (rules.kind === 'fixed') {
		const requested = read.at(path);
		if (requested !== undefined && requested !== rules.seconds) {
			read.errors.push('duration customization is not supported');
		}
		return rules.seconds;
	}
	if (byDefault === undefined && read.at(path) === undefined) {
		read.require(path);
		return 0;
	}
	const seconds = read.integer(path);
	if (seconds === undefined) return byDefault ?? 0;
	if (rules.kind === 'choices') {
		const choices = resolution === '1080P' ? rules.at1080P : rules.seconds;
		if (!choices.includes(seconds)) {
			read.errors.push(`Input should be ${choices.join(', ')}: ${path}`);
		}
		return seconds;
	}
	if (rules.automatic && seconds === -1) return AUTOMATIC_SECONDS;
	if (seconds < rules.min || seconds > rules.max) {
		read.errors.push(`Duration should be between ${rules.min} and ${rules.max}`);
	}
	return seconds;
}

function readMedia(rules: MediaRules, read: FieldReader): MediaReference[] {
	switch (rules.kind) {
		case 'image': {
			const url = read.requiredString('input.img_url');
			return url === undefined ? [] : [{ role: 'first_frame', url }];
		}
		case 'fields':
			return readFrameFields(rules.templates, read);
		case 'ordered':
			return readOrderedMedia(rules.type, read);
		case 'typed':
			return readTypedMedia(rules.combinations, rules.mayBeEmpty === true, read);
	}
}

function readFrameFields(templates: readonly string[], read: FieldReader): MediaReference[] {
	const template = templates.length > 0 ? read.choice('input.template', templates) : undefined;
	const first = read.requiredString('input.first_frame_url');
	const media: MediaReference[] = [];
	if (first !== undefined) media.push({ role: 'first_frame', url: first });
	if (template !== undefined) return media;
	const last = read.requiredString('input.last_frame_url');
	if (last !== undefined) media.push({ role: 'last_frame', url: last });
	return media;
}

interface MediaEntry {
	type: string | undefined;
	url: string | undefined;
}

function readMediaList(read: FieldReader): MediaEntry[] | 'absent' | 'malformed' {
	const list = read.at('input.media');
	if (list === undefined) return 'absent';
	if (!Array.isArray(list)) {
		read.errors.push('Input should be a valid list: input.media');
		return 'malformed';
	}
	return list.map((entry: unknown, index) => {
		const path = `input.media.${index}`;
		if (!isObject(entry)) {
			read.errors.push(`Input should be a valid dictionary: ${path}`);
			return { type: undefined, url: undefined };
		}
		return { type: read.requiredString(`${path}.type`), url: read.requiredString(`${path}.url`) };
	});
}

function readOrderedMedia(type: string, read: FieldReader): MediaReference[] {
	const list = readMediaList(read);
	if (list === 'absent') read.require('input.media');
	if (list === 'absent' || list === 'malformed') return [];
	list.forEach((medium, index) => {
		if (medium.type !== undefined && medium.type !== type) {
			read.errors.push(`Input should be '${type}': input.media.${index}.type`);
		}
	});
	if (list.length !== 2) read.errors.push('Exactly two images are required: input.media');
	const roles = ['first_frame', 'last_frame'] as const;
	return roles.flatMap((role, index) => {
		const url = list[index]?.url;
		return url === undefined ? [] : [{ role, url }];
	});
}

function readTypedMedia(
	combinations: readonly (readonly string[])[],
	mayBeEmpty: boolean,
	read: FieldReader,
): MediaReference[] {
	const list = readMediaList(read);
	if (list === 'absent' && !mayBeEmpty) read.require('input.media');
	if (list === 'absent' || list === 'malformed') return [];
	const known = ROLES.filter((role) => combinations.some((types) => types.includes(role)));
	const media: MediaReference[] = [];
	list.forEach(({ type, url }, index) => {
		const role = known.find((candidate) => candidate === type);
		if (role === undefined) {
			if (type !== undefined) {
				read.errors.push(`Input should be ${oneOf(known)}: input.media.${index}.type`);
			}
		} else if (url !== undefined) media.push({ role, url });
	});
	if (list.length === 0 && mayBeEmpty) return [];
	const types = list.map((medium) => medium.type ?? '').sort();
	const combines = combinations.some(
		(combination) => [...combination].sort().join() === types.join(),
	);
	if (!combines && media.length === list.length) {
		read.errors.push(`Unsupported combination of media types: ${types.join(', ') || 'none'}`);
	}
	return media;
}
