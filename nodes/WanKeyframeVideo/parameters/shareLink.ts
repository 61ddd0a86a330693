/** A link that leads to a web page for people instead of to the file. */
export interface ShareLink {
	/** Whose page it is. */
	readonly site: string;
	/** How to give the file instead, as a sentence. */
	readonly advice: string;
}

const BINARY_DATA = 'choose From Binary Data';

/** Recognizes share links of file stores by their address alone; undefined for any other link. */
export function findShareLink(url: URL): ShareLink | undefined {
	return googleDrive(url) ?? dropbox(url) ?? oneDrive(url) ?? googlePhotos(url);
}

function isHost({ hostname }: URL, domain: string): boolean {
	return hostname === domain || hostname.endsWith(`.${domain}`);
}

function googleDrive(url: URL): ShareLink | undefined {
	if (!isHost(url, 'drive.google.com')) return undefined;
	const id = /^\/(?:u\/\d+\/)?file\/d\/([\w-]+)/.exec(url.pathname)?.[1] ?? pageId(url);
	const isPage = id !== undefined || /^\/(?:u\/\d+\/)?drive(\/|$)/.test(url.pathname);
	if (!isPage) return undefined;
	const direct =
		id === undefined ? '' : `https://drive.google.com/uc?export=download&id=${id}, or `;
	return {
		site: 'Google Drive',
		advice: `Give ${direct}the file itself: download it with the Google Drive node and ${BINARY_DATA}.`,
	};
}

/** The file of an "open" page; its direct counterpart, `/uc`, has an ID too. */
function pageId({ pathname, searchParams }: URL): string | undefined {
	return pathname === '/open' ? (searchParams.get('id') ?? undefined) : undefined;
}

function dropbox(url: URL): ShareLink | undefined {
	const isPage = isHost(url, 'dropbox.com') && /^\/(s|scl|sh|t)\//.test(url.pathname);
	const isDirect = url.searchParams.get('dl') === '1' || url.searchParams.get('raw') === '1';
	if (!isPage || isDirect || url.hostname.startsWith('dl.')) return undefined;
	return {
		site: 'Dropbox',
		advice: `End the link with dl=1 in place of dl=0, or download the file with the Dropbox node and ${BINARY_DATA}.`,
	};
}

function oneDrive(url: URL): ShareLink | undefined {
	const isPage =
		url.hostname === '1drv.ms' ||
		(isHost(url, 'onedrive.live.com') && !url.pathname.startsWith('/download')) ||
		(isHost(url, 'sharepoint.com') &&
			/^\/:\w:\//.test(url.pathname) &&
			url.searchParams.get('download') !== '1');
	if (!isPage) return undefined;
	return {
		site: 'OneDrive',
		advice: `Download the file with the Microsoft OneDrive node and ${BINARY_DATA}.`,
	};
}

function googlePhotos(url: URL): ShareLink | undefined {
	if (url.hostname !== 'photos.app.goo.gl' && url.hostname !== 'photos.google.com')
		return undefined;
	return { site: 'Google Photos', advice: `Download the picture first and ${BINARY_DATA}.` };
}
