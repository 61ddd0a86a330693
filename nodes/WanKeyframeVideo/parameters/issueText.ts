import { nameField, type ValidationIssue } from '../models/describe';
import { joinLines, type ErrorText } from '../util/errorText';

/**
 * Words that n8n acts upon when a message holds them, also as part of a user's value: it ends the
 * execution as canceled, or replaces the message as a whole (measured with n8n-core 2.41.1).
 */
const RESERVED_WORDS =
	/canceled|cancelled|EPERM|EACCES|EAI_AGAIN|ECONN|EHOSTUNREACH|EEXIST|EISDIR|EMFILE|ENODATA|ENOENT|ENOTDIR|ENOTFOUND|EPIPE|EPROTO|EADDR|ETIMEDOUT|ERRADDRINUSE|getaddrinfo/i;

/** The whole sentence, e.g. "'Prompt' is empty, but wan2.7-i2v needs one". */
export function issueSentence(issue: ValidationIssue): string {
	return `${nameField(issue)} ${issue.problem}`;
}

/**
 * What the user is told of an item: the first issue, then what to do, the other issues and a
 * closing sentence.
 */
export function issuesToErrorText(issues: readonly ValidationIssue[], closing?: string): ErrorText {
	const [first, ...others] = issues;
	if (first === undefined) throw new Error('No issue to tell of');
	const sentence = issueSentence(first);
	const isReserved = RESERVED_WORDS.test(sentence);
	return {
		message: isReserved ? `${nameField(first)} cannot be used as it is` : sentence,
		description: joinLines([
			isReserved ? `${sentence}.` : undefined,
			first.advice,
			// With a full stop, since n8n's editor shows line breaks as spaces (measured, 2.41.1).
			...others.map((issue) => joinSentences(issueSentence(issue), issue.advice)),
			closing,
		]),
	};
}

const joinSentences = (sentence: string, advice: string | undefined): string =>
	advice === undefined ? `${sentence}.` : `${sentence}. ${advice}`;
