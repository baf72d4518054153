/*
 * node check-against-ninjs.mjs NINJS_SCHEMA GEOJSON_SCHEMA
 *
 * Validates the articles of the golden pushes against IPTC's own ninjs 3.1 schema (ninjs-schema_3.1.json, from iptc.org,
 * which refers to GeoJSON's, from geojson.org); neither is kept here. The spec holds the same pushes to partner-push.schema.json, which is no wider.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const [schemaFile, geoJsonFile] = process.argv.slice(2);
if (schemaFile === undefined || geoJsonFile === undefined) {
  console.error('Give the paths of ninjs-schema_3.1.json and of GeoJSON.json.');
  process.exit(2);
}
const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
ajv.addSchema(read(geoJsonFile), 'https://geojson.org/schema/GeoJSON.json');
const validate = ajv.compile(read(schemaFile));

const folder = new URL('fixtures/', import.meta.url);
for (const name of readdirSync(folder).filter((file) => file.endsWith('.golden'))) {
  if (validate(read(new URL(name, folder)).data.article)) {
    console.log(`${name}: valid`);
  } else {
    console.error(`${name}: ${ajv.errorsText(validate.errors, { separator: '\n  ' })}`);
    process.exitCode = 1;
  }
}
