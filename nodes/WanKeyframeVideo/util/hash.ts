/**
 * Two 32-bit FNV-1a sums of different seeds and the length: short, enough to tell texts apart, and no way
 * back to the text. Not for what an attacker chooses.
 */
export function hashText(text: string): string {
	let one = 0x811c9dc5;
	let two = 0x050c5d1f;
	for (let index = 0; index < text.length; index++) {
		const unit = text.charCodeAt(index);
		one = Math.imul(one ^ unit, 0x01000193);
		two = Math.imul(two ^ unit, 0x01000193);
	}
	return [one >>> 0, two >>> 0, text.length].map((part) => part.toString(36)).join('-');
}
