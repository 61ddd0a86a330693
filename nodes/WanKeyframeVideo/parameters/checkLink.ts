import { describeFormats, quoteValue, truncate, type ValidationIssue } from '../models/describe';
import { findShareLink } from './shareLink';
import { isPrivateHost } from './privateHost';

/** What a link must be. */
export interface LinkRules {
	/** How links of this kind may begin, for messages. */
	readonly beginnings: string;
	/**
	 * True if the service fetches links from the internet; a proxy or a simulator may see a private
	 * network.
	 */
	readonly isServicePublic: boolean;
}

/** How much of a link is repeated in a message, in characters. */
const MAX_SHOWN_LENGTH = 80;

const GIVE_BINARY_DATA = 'Give the file as binary data instead (From Binary Data).';

type LinkIssue = Omit<ValidationIssue, 'label'>;

/**
 * The issue with a link that the service could never fetch as it stands; undefined if there is
 * none. Expects trimmed text.
 */
export function checkLink(link: string, rules: LinkRules): LinkIssue | undefined {
	return checkText(link, rules) ?? (isOssLink(link) ? undefined : checkAddress(link, rules));
}

const shown = (link: string): string => quoteValue(truncate(link, MAX_SHOWN_LENGTH));

/** What is wrong with the text, whatever address it holds. */
function checkText(link: string, { beginnings }: LinkRules): LinkIssue | undefined {
	if (/\{\{|\}\}/.test(link)) {
		return {
			problem: 'holds {{ or }}, so its expression was not evaluated',
			advice: 'Switch the field from Fixed to Expression, and check its brackets.',
		};
	}
	if (/^["'“”‘’<].*["'“”‘’>]$/s.test(link)) {
		return { problem: 'is in quotation marks', advice: 'Remove them: the link alone is needed.' };
	}
	if (/\S[\s,;|]+(https?|oss):\/\//i.test(link) && hasScheme(link)) {
		return { problem: 'holds more than one link', advice: 'Give one link in this field.' };
	}
	if (!hasScheme(link)) {
		return {
			problem: `is ${shown(link)}, but it must be a whole URL that begins with ${beginnings}`,
			advice: `Give a link that anybody can open without signing in. ${GIVE_BINARY_DATA}`,
		};
	}
	if (/[\r\n]/.test(link)) {
		return { problem: 'has a line break inside the link', advice: 'Remove it.' };
	}
	if (/\s/.test(link)) {
		return {
			problem: `is ${shown(link)}, which has a space inside the link`,
			advice: 'Write %20 for the space.',
		};
	}
	return undefined;
}

const hasScheme = (link: string): boolean => /^(https?:\/\/[^/]|oss:\/\/[^\s/])/i.test(link);
const isOssLink = (link: string): boolean => /^oss:/i.test(link);

function checkAddress(
	link: string,
	{ beginnings, isServicePublic }: LinkRules,
): LinkIssue | undefined {
	const port = /^https?:\/\/[^/?#]*:(\d+)(?=[/?#]|$)/i.exec(link)?.[1];
	if (port !== undefined && Number(port) > MAX_PORT) {
		return { problem: `has port ${truncate(port)}, but ports end at ${MAX_PORT}` };
	}
	if (!URL.canParse(link)) {
		return {
			problem: `is ${shown(link)}, but it must be a whole URL that begins with ${beginnings}`,
		};
	}
	const url = new URL(link);
	if (url.username !== '' || url.password !== '') {
		return {
			// The link is not repeated: it holds a secret.
			problem: 'holds a user name or a password, which the service does not use',
			advice: `Give a link that needs none, e.g. a presigned one. ${GIVE_BINARY_DATA}`,
		};
	}
	if (isServicePublic && isPrivateHost(url)) {
		return {
			problem: `leads to ${truncate(url.host)}, which the service cannot reach from the internet`,
			advice: GIVE_BINARY_DATA,
		};
	}
	const share = findShareLink(url);
	return (
		share && {
			problem: `is a share link of ${share.site}, which leads to a page`,
			advice: share.advice,
		}
	);
}

const MAX_PORT = 65_535;

/** How a link to a picture may begin, and one to any other file. */
export const PICTURE_LINK_BEGINNINGS = 'http://, https://, oss:// or data:image/';
export const FILE_LINK_BEGINNINGS = 'http://, https:// or oss://';

/** The data URI as it has to be written, for messages. */
export const dataUriForm = (format = 'png'): string => `data:image/${format};base64,`;

/** Bases64 texts of pictures begin like this: the first bytes of JPEG, PNG, WEBP and GIF. */
const BASE64_OF_PICTURES = /^(\/9j\/|iVBORw0KGgo|UklGR|R0lGOD)[A-Za-z0-9+/=\s_-]{40,}$/;

/**
 * The issue with a data URI that is not of the documented form, or with the bare base64 of a
 * picture; undefined for what is neither, and for a data URI that is well formed.
 */
export function checkDataUri(text: string, formats: readonly string[]): LinkIssue | undefined {
	if (BASE64_OF_PICTURES.test(text.slice(0, MAX_CHECKED_LENGTH))) {
		return {
			problem: 'is the base64 of a picture without the head of a data URI',
			advice: `Put ${dataUriForm()} (or the picture's own format) in front of it. ${GIVE_BINARY_DATA}`,
		};
	}
	if (!/^data:/i.test(text)) return undefined;
	const head = text.slice(0, text.indexOf(',') + 1) || text.slice(0, MAX_SHOWN_LENGTH);
	if (!/^data:image\/[a-z0-9.+-]+;base64,$/i.test(head)) {
		return {
			problem: `begins with ${quoteValue(head)}, but a data URI of a picture begins with ${dataUriForm()}`,
			advice: `The type is the picture's own (${describeFormats(formats)}), without a character set or another parameter. ${GIVE_BINARY_DATA}`,
		};
	}
	return /^[A-Za-z0-9+/]+={0,2}$/.test(text.slice(head.length))
		? undefined
		: {
				problem: 'is a data URI with something else than base64 after the comma',
				advice: `Spaces, line breaks, %-codes and the URL-safe alphabet (- and _) are not allowed. ${GIVE_BINARY_DATA}`,
			};
}

/** Enough of a text to tell base64 from anything else, in characters. */
const MAX_CHECKED_LENGTH = 200;
