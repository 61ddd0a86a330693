import type { Reply } from './api.mts';

/** What a check came to. */
export interface Finding {
	/** `noted`: the documentation says nothing of it, or only the words are others. */
	grade: 'documented' | 'noted' | 'different' | 'skipped';
	seen: string;
}

/** A refusal as it is documented; words where they are. */
export interface DocumentedRefusal {
	status: number;
	code: string;
	words?: string;
}

export const noted = (seen: string): Finding => ({ grade: 'noted', seen });
export const skipped = (why: string): Finding => ({ grade: 'skipped', seen: why });
export const different = (seen: string): Finding => ({ grade: 'different', seen });

/** As documented if all facts hold, else how those look that do not. */
export function facts(...all: ReadonlyArray<readonly [holds: boolean, seen: string]>): Finding {
	const wrong = all.filter(([holds]) => !holds).map(([, seen]) => seen);
	return wrong.length === 0 ? { grade: 'documented', seen: '' } : different(wrong.join('; '));
}

/** Compares a refusal with the documented ones: any of them will do. */
export function refusedAs(reply: Reply, documented: readonly DocumentedRefusal[]): Finding {
	const code = codeOf(reply);
	const words = wordsOf(reply);
	const [first] = documented;
	const match = documented.find(
		(one) => one.status === reply.status && one.code === code && spells(words, one.words),
	);
	if (match) {
		return facts(
			[reply.at('code') !== undefined, 'the body is {"error": {…}}'],
			[reply.at('request_id') !== undefined, 'no request_id'],
		);
	}
	const known = documented.find((one) => one.status === reply.status && one.code === code);
	if (known) return noted(`other words: "${words}"`);
	const respelt = documented.find(({ code: one }) => normalized(one) === normalized(code));
	const spelling = respelt && respelt.code !== code ? `, spelt ${code}` : '';
	return different(
		`${describe(reply)}${spelling}, not ${first?.status ?? ''} ${first?.code ?? ''}`,
	);
}

/** Status, code and words of an answer in a line. */
export function describe(reply: Reply): string {
	const words = wordsOf(reply);
	return [`HTTP ${reply.status}`, codeOf(reply), words && `"${words}"`].filter(Boolean).join(' ');
}

/** The top-level code, in either shape of body. */
export function codeOf(reply: Reply): string {
	return String(reply.at('code') ?? reply.at('error.code') ?? '');
}

function wordsOf(reply: Reply): string {
	return String(reply.at('message') ?? reply.at('error.message') ?? '').slice(0, 200);
}

function spells(words: string, documented: string | undefined): boolean {
	return documented === undefined || words.toLowerCase() === documented.toLowerCase();
}

function normalized(code: string): string {
	return code.toLowerCase().replaceAll(/[._-]/g, '');
}
