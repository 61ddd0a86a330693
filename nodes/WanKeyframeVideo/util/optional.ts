/**
 * An object with one member, or with none if the value is undefined; for spreading into another.
 */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
	const object: { [P in K]?: V } = {};
	if (value !== undefined) object[key] = value;
	return object;
}
