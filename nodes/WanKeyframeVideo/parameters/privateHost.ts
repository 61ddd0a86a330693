/** Names that no public server has (RFC 6761, RFC 8375, RFC 6762 and what routers hand out). */
const PRIVATE_DOMAINS = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home.arpa'];

/** Addresses that are not routed on the internet: each the first bits of a range (RFC 6890). */
const PRIVATE_IPV4 = [
	{ base: [0, 0, 0, 0], bits: 8 },
	{ base: [10, 0, 0, 0], bits: 8 },
	{ base: [100, 64, 0, 0], bits: 10 },
	{ base: [127, 0, 0, 0], bits: 8 },
	{ base: [169, 254, 0, 0], bits: 16 },
	{ base: [172, 16, 0, 0], bits: 12 },
	{ base: [192, 0, 0, 0], bits: 24 },
	{ base: [192, 168, 0, 0], bits: 16 },
	{ base: [198, 18, 0, 0], bits: 15 },
	{ base: [224, 0, 0, 0], bits: 3 },
] as const;

/**
 * True for a host of a parsed URL that can only be reached from inside a network or from the
 * machine itself.
 */
export function isPrivateHost({ hostname }: URL): boolean {
	const host = hostname.toLowerCase().replace(/\.$/, '');
	if (host.startsWith('[')) return isPrivateIpv6(host.slice(1, -1));
	const address = readIpv4(host);
	if (address !== undefined) return isPrivateIpv4(address);
	return (
		!host.includes('.') ||
		PRIVATE_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`))
	);
}

/**
 * The four numbers of an address; a URL writes all its forms (hexadecimal, one number) like this.
 */
function readIpv4(host: string): number[] | undefined {
	return /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host.split('.').map(Number) : undefined;
}

function isPrivateIpv4(address: readonly number[]): boolean {
	const numberOf = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0);
	return PRIVATE_IPV4.some(({ base, bits }) => {
		const size = 2 ** (32 - bits);
		return Math.floor(numberOf(address) / size) === Math.floor(numberOf(base) / size);
	});
}

/** Of an address in the short form that a URL has. */
function isPrivateIpv6(address: string): boolean {
	const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
	if (mapped !== null) {
		const [high = 0, low = 0] = mapped.slice(1).map((part) => parseInt(part, 16));
		return isPrivateIpv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
	}
	// Unspecified, loopback, unique local (fc00::/7), link-local (fe80::/10), multicast.
	return address === '::' || address === '::1' || /^(f[cd]|fe[89ab]|ff)/.test(address);
}
