// Makes .cache/api.gen.ts of src/api/openapi.json: its schemas as types, and the calls with what they take and answer.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const { paths, components } = JSON.parse(readFileSync(join(here, "../../src/api/openapi.json"), "utf8"));
const nameOf = (reference) => reference.slice(reference.lastIndexOf("/") + 1);

function typeOf(schema) {
  if (!schema) return "unknown";
  if (schema.$ref) return `Schemas[${JSON.stringify(nameOf(schema.$ref))}]`;
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const types = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(" | ");
  if (schema.type === "array") return `(${typeOf(schema.items)})[]`;
  if (schema.type !== "object") return types[schema.type] ?? "unknown";
  if (!schema.properties) return "Record<string, unknown>";
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(
    ([name, field]) => `${JSON.stringify(name)}${required.has(name) ? "" : "?"}: ${typeOf(field)}`,
  );
  return `{ ${fields.join("; ")} }`;
}

const jsonOf = (part) => part?.content?.["application/json"]?.schema;
const calls = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { requestBody, responses }]) => {
    const answer = Object.entries(responses).find(([status, response]) => status < "300" && jsonOf(response));
    return `  ${JSON.stringify(`${method.toUpperCase()} ${path}`)}: { body: ${requestBody ? typeOf(jsonOf(requestBody)) : "undefined"}; answer: ${answer ? typeOf(jsonOf(answer[1])) : "undefined"} };`;
  }),
);
const schemas = Object.entries(components.schemas).map(([name, schema]) => `  ${JSON.stringify(name)}: ${typeOf(schema)};`);
mkdirSync(join(here, "../.cache"), { recursive: true });
writeFileSync(
  join(here, "../.cache/api.gen.ts"),
  `// Made by panel/types.mjs of src/api/openapi.json.\nexport interface Schemas {\n${schemas.join("\n")}\n}\nexport interface Calls {\n${calls.join("\n")}\n}\n`,
);
