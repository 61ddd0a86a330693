import { isObject } from '../../test/simulator/json.mts';

const REDACTED = '(redacted)';

/** Members that say who is asking, or that sign something; compared without case, `-` and `_`. */
const SECRET_NAMES = new Set(
	[
		'api_key_id',
		'authorization',
		'caller_parent_id',
		'caller_uid',
		'key',
		'oss_access_key_id',
		'OSSAccessKeyId',
		'policy',
		'security-token',
		'Signature',
		'upload_dir',
		'user_api_unique_key',
		'user_id',
		'uid',
		'workspace_id',
		'x-amz-credential',
		'x-amz-security-token',
		'x-amz-signature',
		'x-oss-credential',
		'x-oss-security-token',
		'x-oss-signature',
	].map(plain),
);

/** Shorter values are ordinary words and would blacken half of the answer. */
const SHORTEST_SECRET = 6;

/** The same value without secrets: by the names of members and of query parameters, and wherever a secret value stands. */
export function redact(value: unknown, secrets: readonly string[]): unknown {
	const known = [...secrets, ...secretsIn(value)]
		.filter(({ length }) => length >= SHORTEST_SECRET)
		// The longest first: one may hold another.
		.sort((one, other) => other.length - one.length);
	return clean(value, known);
}

/** The values that stand under secret names, at any depth and in the queries of addresses. */
export function secretsIn(value: unknown): string[] {
	if (typeof value === 'string') {
		return [...value.matchAll(QUERY)].flatMap(([, name = '', given = '']) =>
			SECRET_NAMES.has(plain(name)) ? [given, decoded(given)] : [],
		);
	}
	if (Array.isArray(value)) return value.flatMap(secretsIn);
	if (!isObject(value)) return [];
	return Object.entries(value).flatMap(([name, member]) =>
		SECRET_NAMES.has(plain(name)) && !isNested(member) ? [String(member)] : secretsIn(member),
	);
}

const QUERY = /([\w-]+)=([^&\s"']*)/g;

function clean(value: unknown, secrets: readonly string[]): unknown {
	if (typeof value === 'string') {
		const bare = secrets.reduce((text, secret) => text.replaceAll(secret, REDACTED), value);
		return bare.replace(QUERY, (pair: string, name: string) =>
			SECRET_NAMES.has(plain(name)) ? `${name}=${REDACTED}` : pair,
		);
	}
	if (typeof value === 'number') return secrets.includes(String(value)) ? REDACTED : value;
	if (Array.isArray(value)) return value.map((entry: unknown) => clean(entry, secrets));
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, member]) => [
			name,
			SECRET_NAMES.has(plain(name)) ? REDACTED : clean(member, secrets),
		]),
	);
}

function plain(name: string): string {
	return name.toLowerCase().replaceAll(/[-_]/g, '');
}

function isNested(value: unknown): boolean {
	return typeof value === 'object' && value !== null;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
