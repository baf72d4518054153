import type { JsonSchemaField, Manifest } from '../api/shapes.js';
import { useWords } from '../words/language.js';
import { Field, type Control } from './field.js';
import type { ErrorAt } from './field-errors.js';
import { plainField, type Values } from './form-values.js';

/** The settings or the secrets of a type, as its manifest describes them: no type has a form of its own. */
export function ManifestFields({
  place,
  manifest,
  stored,
  values,
  onChange,
  errorAt,
}: {
  place: 'settings' | 'secrets';
  manifest: Manifest;
  /** What is stored, secrets as their mask; null for something new. */
  stored: Readonly<Record<string, unknown>> | null;
  values: Values;
  onChange: (values: Values) => void;
  errorAt: ErrorAt;
}) {
  const { say, sayIfKnown, language } = useWords();
  const schema = manifest[place];
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return null;
  return (
    <fieldset>
      <legend>{say(`form.${place}`)}</legend>
      {fields.map(([name, given]) => {
        const field = plainField(given);
        const required = schema.required?.includes(name) === true;
        const secret = place === 'secrets';
        const isSet = secret && stored?.[name] != null;
        const isTaken = values[name] === null;
        const known = sayIfKnown(`setting.${name}`);
        const label = known ?? name;
        const hint = [
          // Descriptions of a manifest are in English.
          known !== null && language === 'zh' ? null : field.description,
          isSet ? say('form.secretKeep') : null,
          secret && !isSet && !required && !field.nullable ? say('form.secretGenerated') : null,
          field.type === 'array' ? say('form.severalHint') : null,
        ];
        return (
          <div key={name}>
            <Field
              name={`${place}-${name}`}
              label={required ? label : `${label}（${say('form.optional')}）`}
              hint={hint.filter((part) => part != null).join(' ')}
              error={errorAt(`/${place}/${name}`)}
            >
              {(control) => (
                <Input
                  control={control}
                  field={field}
                  secret={secret}
                  required={required && !isSet}
                  isDisabled={isTaken}
                  value={values[name] ?? ''}
                  onChange={(value) => {
                    onChange({ ...values, [name]: value });
                  }}
                />
              )}
            </Field>
            {isSet && !required && (
              <label className="check">
                <input
                  type="checkbox"
                  checked={isTaken}
                  onChange={(event) => {
                    onChange({ ...values, [name]: event.target.checked ? null : '' });
                  }}
                />
                {say(field.nullable ? 'form.secretRemove' : 'form.secretRenew')}
              </label>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}

function Input({
  control,
  field,
  secret,
  required,
  isDisabled,
  value,
  onChange,
}: {
  control: Control;
  field: JsonSchemaField;
  secret: boolean;
  required: boolean;
  isDisabled: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  const { say, sayIfKnown } = useWords();
  const { default: given } = field;
  const fallback = typeof given === 'string' || typeof given === 'number' ? String(given) : '';
  if (field.enum !== undefined || field.type === 'boolean') {
    const options = field.enum ?? ['true', 'false'];
    return (
      <select
        {...control}
        className="input"
        required={required}
        disabled={isDisabled}
        value={value === '' ? fallback : value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {field.type === 'boolean'
              ? say(option === 'true' ? 'common.yes' : 'common.no')
              : (sayIfKnown(`option.${option}`) ?? option)}
          </option>
        ))}
      </select>
    );
  }
  const isNumber = field.type === 'integer' || field.type === 'number';
  return (
    <input
      {...control}
      className="input"
      type={secret ? 'password' : isNumber ? 'number' : field.format === 'uri' ? 'url' : 'text'}
      autoComplete={secret ? 'new-password' : 'off'}
      required={required}
      disabled={isDisabled}
      placeholder={fallback}
      min={field.minimum}
      max={field.maximum}
      maxLength={field.maxLength}
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    />
  );
}
