import { describe, expect, it } from '@jest/globals';
import { listOf, madeSecrets, plainField, secretsOf, settingsOf, textsOf } from './form-values.js';

const schema = {
  properties: {
    title: { type: 'string' },
    maxItems: { type: 'integer' },
    open: { type: 'boolean' },
    to: { type: 'array' },
    account: { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }], default: null },
  },
};

describe('listOf', () => {
  it('takes what people type between the parts', () => {
    expect(listOf('要闻，经济、文化, 民生\n要闻;')).toEqual(['要闻', '经济', '文化', '民生']);
    expect(listOf('  ')).toEqual([]);
  });
});

describe('settingsOf', () => {
  it('makes of texts what the schema wants', () => {
    expect(settingsOf(schema, { title: ' 要闻 ', maxItems: '20', open: 'false' }, false)).toEqual({
      title: '要闻',
      maxItems: 20,
      open: false,
    });
  });
  it('leaves out what is empty, and takes it away in a patch', () => {
    expect(settingsOf(schema, { title: '要闻', maxItems: '' }, false)).toEqual({ title: '要闻' });
    expect(settingsOf(schema, { title: '要闻', maxItems: '' }, true)).toEqual({
      title: '要闻',
      maxItems: null,
    });
  });
  it('takes several for a list, and texts that may also be null', () => {
    expect(settingsOf(schema, { to: 'a@b.example，c@d.example', account: ' duty ' }, false)).toEqual({
      to: ['a@b.example', 'c@d.example'],
      account: 'duty',
    });
    expect(settingsOf(schema, { to: '', account: '' }, true)).toEqual({ to: null, account: null });
  });
});

describe('textsOf', () => {
  it('is what settingsOf reads', () => {
    const settings = { title: '要闻', maxItems: 20, open: true, to: ['a@b.example', 'c@d.example'] };
    expect(settingsOf(schema, textsOf({ ...settings, account: null }), true)).toEqual(settings);
  });
});

describe('plainField', () => {
  it('is the field that may be null, and says that it may', () => {
    expect(plainField(schema.properties.account)).toEqual({
      type: 'string',
      maxLength: 9,
      default: null,
      nullable: true,
    });
    expect(plainField({ type: 'string' })).toEqual({ type: 'string', nullable: false });
  });
});

describe('secrets of a form', () => {
  it('leave what is stored where nothing was given, and take away what was marked', () => {
    expect(secretsOf({ kept: '', changed: 'whsec_x', taken: null })).toEqual({
      changed: 'whsec_x',
      taken: null,
    });
  });
  it('are shown once only if they were made', () => {
    const answered = { given: 'mine', made: 'whsec_y', renewed: 'whsec_z', kept: '********', none: null };
    expect(madeSecrets(answered, { given: 'mine', renewed: null, kept: '' })).toEqual({
      made: 'whsec_y',
      renewed: 'whsec_z',
    });
  });
});
