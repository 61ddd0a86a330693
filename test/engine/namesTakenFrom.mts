/** What compiled code takes from a module that it requires. */
import ts from 'typescript';

/** The names that these files read from the module; throws where one is read in a way that hides the name. */
export function namesTakenFrom(module: string, files: readonly string[]): string[] {
	const program = ts.createProgram(files, { allowJs: true, noResolve: true, noLib: true });
	const checker = program.getTypeChecker();
	const required = new Set<ts.Symbol>();
	const names: string[] = [];

	const collect = (node: ts.Node): void => {
		if (isRequireOf(module, node)) {
			const symbol = ts.isVariableDeclaration(node.parent)
				? checker.getSymbolAtLocation(node.parent.name)
				: undefined;
			if (symbol === undefined) throw new Error(`Not read: ${node.parent.getText()}`);
			required.add(symbol);
		}
		ts.forEachChild(node, collect);
	};
	const read = (node: ts.Node): void => {
		if (ts.isIdentifier(node) && !ts.isVariableDeclaration(node.parent)) {
			const symbol = checker.getSymbolAtLocation(node);
			if (symbol !== undefined && required.has(symbol)) {
				if (!ts.isPropertyAccessExpression(node.parent)) {
					throw new Error(`Not read: ${node.parent.getText()}`);
				}
				names.push(node.parent.name.text);
			}
		}
		ts.forEachChild(node, read);
	};
	const sources = files.flatMap((file) => program.getSourceFile(file) ?? []);
	sources.forEach(collect);
	sources.forEach(read);
	return [...new Set(names)].sort();
}

function isRequireOf(module: string, node: ts.Node): node is ts.CallExpression {
	if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return false;
	const [name] = node.arguments;
	return (
		node.expression.text === 'require' && !!name && ts.isStringLiteral(name) && name.text === module
	);
}
