// node split.mjs FOLDER PACKAGE: splits standard input, a paragraph a line, with a package of npm that
// stands in FOLDER.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [folder, name] = process.argv.slice(2);
const require = createRequire(`${folder.startsWith("/") ? folder : process.cwd() + "/" + folder}/`);
const splitters = {
	sbd: () => {
		const { sentences } = require("sbd");
		return (text) => sentences(text, { preserve_whitespace: true });
	},
	"sentence-splitter": () => {
		const { split } = require("sentence-splitter");
		return (text) => split(text).filter((node) => node.type === "Sentence").map((node) => node.raw);
	},
};
const split = splitters[name]();
for await (const line of createInterface({ input: process.stdin }))
	process.stdout.write(split(line).join("\n") + "\n");
