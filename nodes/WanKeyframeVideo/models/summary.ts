import { describeFormats, joinWithOr, megabytes } from './describe';
import { describeRestriction } from './checkSettings';
import type { IntegerSet, Model, ModelEntry } from './family';

/**
 * What is said of a model wherever it is listed: in the node's model list and in the documentation.
 */

/**
 * e.g. "2 to 15 seconds", "5 seconds", "5, 8 or 10 seconds (5 or 8 when 'Resolution' is 1080P)".
 */
export function describeLength({ settings, fixedSeconds }: Model): string {
	const { duration } = settings;
	if (duration?.kind !== 'integer') return `${fixedSeconds ?? 0} seconds`;
	const restricted = describeRestriction(duration.restricted, describeSeconds);
	const exception = restricted.length > 0 ? ` (${restricted.join('; ')})` : '';
	return `${describeSeconds(duration.allowed)} seconds${exception}`;
}

/** Lengths alone: a negative one, which leaves the length to the model, is left out. */
function describeSeconds(set: IntegerSet): string {
	return joinWithOr(
		set.flatMap((part) => {
			if (typeof part !== 'number') return [`${part[0]} to ${part[1]}`];
			return part < 0 ? [] : [String(part)];
		}),
	);
}

/** e.g. "480P to 1080P", "720P or 1080P", "720P". */
export function describeResolutions({ settings: { resolution } }: Model): string {
	const values = resolution?.kind === 'choice' ? resolution.choices.map(({ value }) => value) : [];
	return values.length > 2 ? `${values[0]} to ${values[values.length - 1]}` : joinWithOr(values);
}

/** "with sound", "silent" or "silent or with sound". */
export function describeSound({ settings, alwaysHasSound }: Model): string {
	if (alwaysHasSound) return 'with sound';
	return settings.audio === undefined ? 'silent' : 'silent or with sound';
}

/** Where it is served. */
export function regionsOf(model: Model, entry: ModelEntry): readonly string[] {
	return entry.regions ?? model.family.regions;
}

/** One line for the list of models. */
export function describeModel(model: Model, entry: ModelEntry): string {
	const facts = [describeLength(model), describeResolutions(model), describeSound(model)];
	const [region, ...others] = regionsOf(model, entry);
	const place = region !== undefined && others.length === 0 ? `; ${region} only` : '';
	return `${entry.purpose}: ${facts.join(', ')}${place}`;
}

/** e.g. "JPEG, PNG or WEBP, up to 20 MB". */
export function describeFiles({
	formats,
	maxBytes,
}: {
	readonly formats: readonly string[];
	readonly maxBytes: number;
}): string {
	return `${describeFormats(formats)}, up to ${megabytes(maxBytes)}`;
}
