/** A parsed JSON object, whose members have yet to be looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at a dotted path (`input.media.0.url`), or undefined where the path ends early. */
export function memberAt(value: unknown, path: string): unknown {
	return path.split('.').reduce<unknown>((parent, key) => {
		if (Array.isArray(parent)) return parent[Number(key)];
		return isObject(parent) ? parent[key] : undefined;
	}, value);
}

/**
 * The same value with another member at a dotted path; `*` stands for every entry of a list.
 * `change` receives the member (undefined if absent) and returns the new one, undefined to remove it.
 * A path that ends early changes nothing.
 */
export function withMember(
	value: unknown,
	path: string,
	change: (member: unknown) => unknown,
): unknown {
	const [key = '', ...rest] = path.split('.');
	const changed = (member: unknown): unknown =>
		rest.length === 0 ? change(member) : withMember(member, rest.join('.'), change);
	if (Array.isArray(value)) {
		return value
			.map((entry: unknown, index) =>
				key === '*' || key === String(index) ? changed(entry) : entry,
			)
			.filter((entry) => entry !== undefined);
	}
	if (!isObject(value)) return value;
	const { [key]: member, ...others } = value;
	const replaced = changed(member);
	return replaced === undefined ? others : { ...value, [key]: replaced };
}

/** The object in a JSON text, or undefined when it is not one. */
export function parseObject(text: string): JsonObject | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}
