import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	checkDataUri,
	checkLink,
	PICTURE_LINK_BEGINNINGS,
} from '../../nodes/WanKeyframeVideo/parameters/checkLink.ts';

/** What is wrong with a link, and what to do; '' for a good one. */
function check(link: string, isServicePublic = true): string {
	const issue = checkLink(link, { beginnings: PICTURE_LINK_BEGINNINGS, isServicePublic });
	return issue === undefined ? '' : [issue.problem, issue.advice ?? ''].join('. ').trim();
}

describe('a link that the service may reach', () => {
	it.each([
		'https://host.test/a.png',
		'http://host.test/a.png',
		'HTTPS://HOST.TEST/A.PNG',
		'https://host.test',
		'https://host.test:8443/a.png?X-Amz-Signature=abc%20def&x=1#part',
		'https://[2001:db8::1]/a.png',
		'https://主机.test/图.png',
		'https://8.8.8.8/a.png',
		'https://172.32.0.1/a.png',
		'https://proxy.test/fetch/w_100,h_100/https://host.test/a.png',
		'https://proxy.test/?url=https://host.test/a.png',
		"https://host.test/it's.png",
		'oss://dashscope-instant/abc/2026-11-01/first.png',
		'oss://bucket',
	])('passes: %s', (link) => {
		expect(check(link)).toBe('');
	});
});

describe('a text that is no link', () => {
	it.each([
		'a.png',
		'/tmp/a.png',
		'//host.test/a.png',
		'host.test/a.png',
		'ftp://host.test/a.png',
		'file:///tmp/a.png',
		'https://',
		'https:host.test/a.png',
		'see https://host.test/a.png',
		'oss://',
		'oss:///a.png',
		'blob:https://host.test/1',
		'javascript:alert(1)',
	])('is refused with what a link begins with: %s', (text) => {
		expect(check(text)).toContain(
			`is "${text}", but it must be a whole URL that begins with http://, https://, oss:// or data:image/`,
		);
	});

	it('is shown in short where it is long', () => {
		expect(check(`ftp://host.test/${'x'.repeat(30_000)}`).length).toBeLessThan(400);
	});
});

describe('a link with a flaw says which, and what to do', () => {
	it.each([
		['https://host.test/my photo.png', /space inside.*%20/],
		['https://host.test/my\nphoto.png', /line break inside/],
		['oss://bucket/a b.png', /space inside/],
		['https://host.test/{{ $json.name }}.png', /expression was not evaluated.*Expression/],
		['"https://host.test/a.png"', /in quotation marks/],
		['<https://host.test/a.png>', /in quotation marks/],
		['https://host.test/a.png,https://host.test/b.png', /more than one link/],
		['https://host.test/a.png\nhttps://host.test/b.png', /more than one link/],
		['https://host.test/a.png https://host.test/b.png', /more than one link/],
		['https://host.test:99999/a.png', /port 99999.*end at 65535/],
		['https://user:secret@host.test/a.png', /user name or a password.*binary data/],
		['https://user@host.test/a.png', /user name or a password/],
	])('%j', (link, words) => {
		expect(check(link)).toMatch(words);
		expect(check(link, false)).toMatch(words);
	});

	it('does not repeat a password', () => {
		expect(check('https://user:secret@host.test/a.png')).not.toContain('secret');
	});
});

describe('a link into a private network', () => {
	const links = [
		'http://localhost/a.png',
		'http://localhost:8080/a.png',
		'http://localhost./a.png',
		'http://n8n/a.png',
		'http://nas.local/a.png',
		'http://app.localhost/a.png',
		'http://host.docker.internal/a.png',
		'http://10.0.0.1/a.png',
		'http://127.0.0.1:5678/a.png',
		'http://2130706433/a.png',
		'http://0x7f.1/a.png',
		'http://0.0.0.0/a.png',
		'http://169.254.169.254/latest',
		'http://172.16.0.1/a.png',
		'http://172.31.255.255/a.png',
		'http://192.168.1.5/a.png',
		'http://100.64.0.1/a.png',
		'http://[::1]/a.png',
		'http://[::]/a.png',
		'http://[fd12:3456::1]/a.png',
		'http://[fe80::1]/a.png',
		'http://[::ffff:192.168.1.5]/a.png',
	];

	it.each(links)('is refused where the service is on the internet: %s', (link) => {
		expect(check(link)).toMatch(/^leads to .+, which the service cannot reach.*binary data/);
	});

	it.each(links)('passes with a host of the user: %s', (link) => {
		expect(check(link, false)).toBe('');
	});
});

describe('a share link, which leads to a page', () => {
	it.each([
		['https://drive.google.com/file/d/1AbC_d-9/view?usp=sharing', /Google Drive.*id=1AbC_d-9/],
		['https://drive.google.com/open?id=1AbC', /Google Drive.*id=1AbC/],
		['https://drive.google.com/drive/folders/1AbC', /Google Drive/],
		['https://www.dropbox.com/s/abc/a.png?dl=0', /Dropbox.*dl=1/],
		['https://www.dropbox.com/scl/fi/abc/a.png?rlkey=x', /Dropbox.*dl=1/],
		['https://1drv.ms/i/s!abc', /OneDrive/],
		['https://onedrive.live.com/?id=abc', /OneDrive/],
		['https://team.sharepoint.com/:i:/g/abc', /OneDrive/],
		['https://photos.app.goo.gl/abc', /Google Photos/],
	])('%s', (link, words) => {
		expect(check(link)).toMatch(words);
		expect(check(link, false)).toMatch(words);
	});

	it.each([
		'https://drive.google.com/uc?export=download&id=1AbC',
		'https://www.dropbox.com/s/abc/a.png?dl=1',
		'https://www.dropbox.com/scl/fi/abc/a.png?rlkey=x&raw=1',
		'https://dl.dropboxusercontent.com/s/abc/a.png',
		'https://team.sharepoint.com/:i:/g/abc?download=1',
		'https://mydropbox.com/s/abc/a.png',
	])('is not to be taken for the direct one: %s', (link) => {
		expect(check(link)).toBe('');
	});
});

it('whatever the text is, it is checked without throwing', () => {
	fc.assert(
		fc.property(fc.string(), fc.webUrl(), (text, url) => {
			for (const link of [text, `https://${text}`, url + text]) {
				expect(typeof check(link)).toBe('string');
				expect(() => checkDataUri(link, ['png'])).not.toThrow();
			}
		}),
	);
});

describe('a data URI', () => {
	const uri = (text: string) => {
		const issue = checkDataUri(text, ['jpeg', 'png']);
		return issue && `${issue.problem}. ${issue.advice ?? ''}`;
	};

	it('of the documented form passes, and so does what is none', () => {
		expect(uri('data:image/png;base64,iVBORw0KGgo=')).toBeUndefined();
		expect(uri('https://host.test/a.png')).toBeUndefined();
	});

	it.each([
		'data:image/png;charset=utf-8;base64,iVBO',
		'data:application/octet-stream;base64,iVBO',
		'data:;base64,iVBO',
		'data:image/png,iVBO',
		'data:text/html;base64,iVBO',
		'data:image/png;base64',
	])('of another form is refused with the form that is expected: %s', (text) => {
		expect(uri(text)).toMatch(
			/begins with "data:.*begins with data:image\/png;base64,.*JPEG or PNG/,
		);
	});

	it.each(['iVBO Rw0K', 'iVBO\nRw0K', ' iVBORw0K', 'iVBO%2BRw', 'iVBO-Rw_', '', 'iVBO===='])(
		'with something else than base64 in it is refused: %j',
		(data) => {
			expect(uri(`data:image/png;base64,${data}`)).toContain('something else than base64');
		},
	);

	it.each([`/9j/${'4AAQ'.repeat(60)}`, `iVBORw0KGgo${'AAAA'.repeat(20)}=`])(
		'is missed in front of the bare base64 of a picture',
		(text) => {
			expect(uri(text)).toMatch(/base64 of a picture.*data:image\/png;base64,/);
		},
	);
});
