// Writes functions in fewer characters: `function a(b) { return c }` becomes `var a = b => c`.
import { parseAst } from "rolldown/parseAst";
import { applyEdits, findNodes } from "./to-commonjs.mjs";

const SCOPES = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];
/** An arrow function takes these from its surroundings. */
const OWN = ["ThisExpression", "Super", "MetaProperty"];

/**
 * Converts the functions at the start of a scope, where terser writes them. Nothing runs before them, so each
 * variable is set before the first call. `var` needs no check for that, in contrast to `let`. A function has the
 * name of its variable, which stack traces show.
 */
export function toArrows(text) {
  const { body } = parseAst(text, { lang: "js", sourceType: "script" });
  const created = new Set(findNodes(body, "NewExpression").map(({ callee }) => callee.name));
  const isArrow = (statement) => isPlainFunction(statement) && !created.has(statement.id.name);
  const inner = SCOPES.flatMap((type) => findNodes(body, type)).map(toStatements);
  return applyEdits(
    text,
    [body, ...inner].flatMap((statements) => editScope(text, statements, isArrow)),
  );
}

function toStatements({ expression, body }) {
  return expression ? [] : body.body;
}

function isPlainFunction({ type, generator, params, body }) {
  if (type !== "FunctionDeclaration" || generator) return false;
  const isOwn = ({ name }) => name === "arguments";
  return ![params, body].some(
    (part) => OWN.some((own) => findNodes(part, own).length > 0) || findNodes(part, "Identifier").some(isOwn),
  );
}

function editScope(text, statements, isArrow) {
  const others = statements.filter(({ directive }) => directive === undefined);
  const end = others.findIndex(({ type }) => type !== "FunctionDeclaration");
  const functions = end < 0 ? others : others.slice(0, end);
  const arrows = functions.map(isArrow);
  return functions.flatMap((each, index) => {
    if (!arrows[index]) return [];
    return editFunction(text, each, arrows[index - 1] ? "" : "var ", arrows[index + 1] ? "," : ";");
  });
}

function editFunction(text, { start, async, id, body }, before, after) {
  const head = [start, text.indexOf("(", id.end), `${before}${id.name}=${async ? "async" : ""}`];
  const [statement, ...others] = body.body;
  const value = others.length === 0 && statement?.type === "ReturnStatement" && statement.argument;
  if (!value) return [head, [body.start, body.start, "=>"], [body.end - 1, body.end, `}${after}`]];
  return [head, [body.start, value.start, "=>("], [value.end, body.end, `)${after}`]];
}
