/**
 * A short hash: two 32-bit FNV-1a sums with different seeds, and the length. Tells texts apart and
 * does not lead back to them; not for what an attacker chooses. n8n's verification forbids
 * `node:crypto`.
 */
export function hashText(text: string): string {
	let first = 0x811c9dc5;
	let second = 0x050c5d1f;
	for (let index = 0; index < text.length; index++) {
		const unit = text.charCodeAt(index);
		first = Math.imul(first ^ unit, 0x01000193);
		second = Math.imul(second ^ unit, 0x01000193);
	}
	return [first >>> 0, second >>> 0, text.length].map((part) => part.toString(36)).join('-');
}
