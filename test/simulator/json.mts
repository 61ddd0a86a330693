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

/** The same object without the members at the dotted paths. */
export function withoutMembers(value: JsonObject, paths: readonly string[]): JsonObject {
	return paths.reduce(withoutMember, value);
}

function withoutMember(value: JsonObject, path: string): JsonObject {
	const [key = '', ...rest] = path.split('.');
	const { [key]: member, ...others } = value;
	if (rest.length === 0) return others;
	return isObject(member) ? { ...value, [key]: withoutMember(member, rest.join('.')) } : value;
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
