// Writes components.json.gz: small tokenizers of our own, one for each component and setting, and what Hugging Face's tokenizers give for
// hostile texts with them. Offsets are in UTF-16 characters.
//   npm install --ignore-scripts tokenizers@0.23.2; node components.mjs components.json.gz
import fs from 'node:fs'; import path from 'node:path'; import zlib from 'node:zlib'; import { createRequire } from 'node:module';
const { Tokenizer } = createRequire(path.join(process.cwd(), 'x'))('tokenizers');

const texts = [
  '', ' ', '  ', 'a', 'Hello, world!', ' Hello  world ', "It's we're I'll they'd DON'T can't", 'naïve café résumé — “quoted” … £5.00', 'ﬁ ½ ① Å Ａ ℌ ㌀ ǆ',
  'e\u0301 a\u0323\u0307 a\u0307\u0323 \u0301x ñ n\u0303', '\u1E9B\u0323 \u0344 \u212B \u2126', '한국어 각 각ᆨ 가', '中文 and 日本語テスト, ﾊﾝｶｸ', '𠀀𠀁a𠀂 𝒳𝒴1 𝟘𝟙𝟚 𐐀𐐨',
  '😀 😀😀 👨‍👩‍👧‍👦 🇩🇪 👍🏽 ❤️', 'שלום עולם مرحبا بالعالم ١٢٣', 'हिन्दी क्षत्रिय தமிழ் ไทยครับ', 'a\u200Bb\u200Dc\uFEFFd\u00ADe', 'tab\tnew\nline\r\nend\u0085x\u00A0y\u2028z\u3000w',
  '\u0000\u0001\u0007\u001F\u007F\u0080\u009F', 'x\uD800y', '\uDC00', 'ok \uD83D', 'İstanbul ISTANBUL ıi ß ẞ ΑΣ Σ ſ', '1234567 3.14 1,000 x86 ２３ Ⅷ ²³ ¼', '___ a_b __init__ #tag @user', '<s> </s> <mask> <unk><mask>x <mask> , <MASK>',
  '[CLS] [MASK]. xMASKx word-piece wordpiece', 'www.example.com/path?q=1&r=2#frag <html>', '▁a ▁▁b c▁d', 'Ġthe Ċ <0x41> <0xC3><0xA9>', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  "l'homme qu'il “l’été”", 'ab\n\n\n  cd   \n', '   leading and trailing   ', 'low lower lowest newer wider', 'unk ❂ ❂❂ q❂', 'the the quick the lazy', 'Straße', 'ⒶⒷ🄰🅰 ᛮ ʰ ª', '` `` ```', '~!@#$%^&*()_+{}|:"<>?[]\\;\',./', '\u061D\u09FD\u166D\u2E52', 'ſt Kelvin \'ſ', 'ẋ̣y̧̨'.normalize('NFD'), 'q\u0345\u0301', '\uF900\uFA30', '\uAC00\u11A8\u1100\u1161',
];
const corpus = texts.join(' ').toWellFormed() + ' the quick brown fox jumps over the lazy dog while lower and lowest newer wider words follow. Hello world, hello there! It was the best of times. ';
const special = (id, content, o = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...o });
const vocabOf = list => Object.fromEntries([...new Set(list)].map((t, i) => [t, i]));
const characters = s => [...new Set(s)].filter(c => !(c >= '\uD800' && c <= '\uDFFF'));

function trainBpe(words, count, first = [], { prefix = '', suffix = '' } = {}) {
  const seqs = words.map(w => { const c = [...w]; return c.map((x, i) => (i > 0 ? prefix : '') + x + (i === c.length - 1 ? suffix : '')); });
  const vocab = new Set(first); for (const s of seqs) for (const x of s) vocab.add(x);
  const merges = [];
  while (merges.length < count) {
    const n = new Map(); for (const s of seqs) for (let i = 0; i + 1 < s.length; i++) { const k = s[i] + '\0' + s[i + 1]; n.set(k, (n.get(k) ?? 0) + 1); }
    let best = null, most = 1; for (const [k, v] of n) if (v > most || (v === most && best !== null && k < best)) [best, most] = [k, v];
    if (best === null) break;
    const [a, b] = best.split('\0'), ab = a + (prefix && b.startsWith(prefix) ? b.slice(prefix.length) : b); merges.push([a, b]); vocab.add(ab);
    for (const s of seqs) for (let i = 0; i + 1 < s.length; i++) if (s[i] === a && s[i + 1] === b) s.splice(i, 2, ab);
  }
  return { vocab: vocabOf([...vocab]), merges };
}
const bytesToChars = (() => { const m = []; let n = 256; for (let b = 0; b < 256; b++) m.push(String.fromCharCode((b >= 33 && b <= 126) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE ? b : n++)); return m; })();
const byteLevel = s => Array.from(Buffer.from(s, 'utf8'), b => bytesToChars[b]).join('');
const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`);
const plainWords = corpus.split(/\s+/).filter(Boolean);

const wordPiece = { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 20,
  vocab: vocabOf(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...characters(corpus.toLowerCase().normalize('NFD')).flatMap(c => [c, '##' + c]).filter(c => !/[❂\u0323]/.test(c)), 'hello', 'world', 'the', 'low', '##er', '##est', 'naive', 'cafe', 'word', '##piece', '##s', 'H', 'ello', '##ello']) };
const bertTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((t, i) => special(i, t));
const wordLevel = { type: 'WordLevel', unk_token: '<unk>', vocab: vocabOf(['<unk>', '<s>', '</s>', '<mask>', ...plainWords, ...characters(corpus)]) };
const piecesOf = (texts) => ({ type: 'WordLevel', unk_token: '<unk>', vocab: vocabOf(['<unk>', ...texts]) });
const byteBpe = trainBpe(corpus.match(/ ?[^\s]+|\s+/g).map(byteLevel), 250, ['<s>', '<pad>', '</s>', '<unk>', '<mask>', ...bytesToChars]);
const spBpe = trainBpe(plainWords.filter(w => /^[\x20-\x7E]+$/.test(w)).map(w => '▁' + w), 120, ['<unk>', '<s>', '</s>', ...bytes, '▁']);
const crossing = { vocab: { ...spBpe.vocab, 'e▁': Object.keys(spBpe.vocab).length }, merges: [['e', '▁'], ...spBpe.merges] };
const suffixBpe = trainBpe(plainWords.filter(w => /^[a-z.,]+$/.test(w)), 60, ['<unk>'], { suffix: '</w>' });
const prefixBpe = trainBpe(plainWords.filter(w => /^[a-z.,]+$/.test(w)), 60, ['<unk>'], { prefix: '##' });
const bpe = (t, o) => ({ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, ...t, ...o });
const strings = t => ({ ...t, merges: t.merges.map(m => m.join(' ')) });
const unigramVocab = (first, o = {}) => {
  const n = new Map(); for (const w of plainWords) { const c = [...('▁' + w)]; for (let i = 0; i < c.length; i++) for (let l = 1; l <= 6 && i + l <= c.length; l++) { const s = c.slice(i, i + l).join(''); n.set(s, (n.get(s) ?? 0) + 1); } }
  const kept = [...n].filter(([s, c]) => (c > 1 || [...s].length === 1) && !/[❂\uD800-\uDFFF]/u.test(s)); return [...first.map(t => [t, 0]), ...kept.map(([s, c]) => [s, Math.log(c / 4000) + (s.length > 3 ? 0.5 : 0)])];
};
const unigram = (first, o = {}) => ({ type: 'Unigram', unk_id: 0, vocab: unigramVocab(first), byte_fallback: false, ...o });
const template = (cls, sep, pairType = 1) => ({ type: 'TemplateProcessing', single: [{ SpecialToken: { id: cls[0], type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: sep[0], type_id: 0 } }],
  pair: [{ SpecialToken: { id: cls[0], type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: sep[0], type_id: 0 } }, { Sequence: { id: 'B', type_id: pairType } }, { SpecialToken: { id: sep[0], type_id: pairType } }],
  special_tokens: { [cls[0]]: { id: cls[0], ids: [cls[1]], tokens: [cls[0]] }, [sep[0]]: { id: sep[0], ids: [sep[1]], tokens: [sep[0]] } } });
const bert = (o = {}) => ({ type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true, ...o });
const cut = (pattern, behavior = 'Isolated', invert = false) => ({ type: 'Split', pattern, behavior, invert });
const regex = r => ({ Regex: r });
const gpt4 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const gpt4o = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const possessive = "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
const bloom = ' ?[^(\\s|[.,!?…。，、।۔،])]+';
const byteDecoder = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true };
const T = {};
// Whole pipelines.
T['bert uncased'] = { added_tokens: bertTokens, normalizer: bert(), pre_tokenizer: { type: 'BertPreTokenizer' }, post_processor: template(['[CLS]', 2], ['[SEP]', 3]), decoder: { type: 'WordPiece', prefix: '##', cleanup: true }, model: wordPiece };
T['bert cased'] = { added_tokens: bertTokens, normalizer: bert({ lowercase: false, strip_accents: false, handle_chinese_chars: false, clean_text: false }), pre_tokenizer: { type: 'BertPreTokenizer' }, post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] }, decoder: { type: 'WordPiece', prefix: '##', cleanup: false }, model: wordPiece };
T['bert lower with accents'] = { added_tokens: bertTokens, normalizer: bert({ strip_accents: false }), pre_tokenizer: { type: 'BertPreTokenizer' }, model: wordPiece };
T['gpt2'] = { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }, post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }, decoder: byteDecoder, model: bpe(strings(byteBpe)) };
T['roberta'] = { added_tokens: [special(0, '<s>'), special(1, '<pad>'), special(2, '</s>'), special(3, '<unk>'), special(4, '<mask>', { lstrip: true })], pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }, post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: true }, decoder: byteDecoder, model: bpe(byteBpe, { unk_token: '<unk>' }) };
T['byte level trimmed'] = { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }, post_processor: { type: 'Sequence', processors: [{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }, template(['<s>', 0], ['</s>', 2])] }, decoder: byteDecoder, model: bpe(byteBpe) };
for (const [name, r] of Object.entries({ gpt4, gpt4o, possessive })) T[`byte level ${name}`] = { normalizer: { type: 'NFC' }, pre_tokenizer: { type: 'Sequence', pretokenizers: [cut(regex(r)), { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }] }, decoder: byteDecoder, model: bpe(byteBpe, { ignore_merges: name === 'gpt4' }) };
T['byte level bloom'] = { pre_tokenizer: { type: 'Sequence', pretokenizers: [cut(regex(bloom)), { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }] }, decoder: byteDecoder, model: bpe(byteBpe) };
const llama = { added_tokens: [special(0, '<unk>'), special(1, '<s>'), special(2, '</s>')], normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] }, post_processor: template(['<s>', 1], ['</s>', 2]), decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] } };
T['llama'] = { ...llama, model: bpe(strings(spBpe), { unk_token: '<unk>', fuse_unk: true, byte_fallback: true }) };
T['llama without bytes'] = { ...llama, model: bpe(spBpe, { unk_token: '<unk>', fuse_unk: true }) };
T['llama, unknown apart'] = { ...llama, model: bpe(spBpe, { unk_token: '<unk>' }) };
T['llama, merges over marks'] = { ...llama, model: bpe(crossing, { unk_token: '<unk>', byte_fallback: true }) };
T['llama, metaspace'] = { ...llama, normalizer: null, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }, decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }, model: bpe(spBpe, { unk_token: '<unk>', byte_fallback: true }) };
T['bpe with suffix'] = { pre_tokenizer: { type: 'Whitespace' }, decoder: { type: 'BPEDecoder', suffix: '</w>' }, model: bpe(suffixBpe, { unk_token: '<unk>', end_of_word_suffix: '</w>' }) };
T['bpe with prefix'] = { pre_tokenizer: { type: 'WhitespaceSplit' }, decoder: { type: 'WordPiece', prefix: '##', cleanup: false }, model: bpe(prefixBpe, { unk_token: '<unk>', fuse_unk: true, continuing_subword_prefix: '##' }) };
T['t5'] = { added_tokens: [special(0, '<unk>'), special(1, '</s>'), special(2, '<extra>', { lstrip: true, rstrip: true })], normalizer: { type: 'NFKC' }, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Metaspace', replacement: '▁', add_prefix_space: true }] }, post_processor: { type: 'TemplateProcessing', single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }], pair: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }], special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } } }, decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true }, model: unigram(['<unk>', '</s>', '<extra>']) };
T['unigram with bytes'] = { pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }, decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }] }, model: unigram(['<unk>', ...bytes], { byte_fallback: true }) };
T['unigram, whole text'] = { normalizer: { type: 'Sequence', normalizers: [{ type: 'Nmt' }, { type: 'NFKC' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }] }, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: false }, decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: false }, model: unigram(['<unk>']) };
T['albert'] = { added_tokens: [special(0, '<unk>'), special(1, '[CLS]'), special(2, '[SEP]'), special(3, '[MASK]', { lstrip: true })], normalizer: { type: 'Sequence', normalizers: [{ type: 'Replace', pattern: { String: '``' }, content: '"' }, { type: 'Replace', pattern: { String: "''" }, content: '"' }, { type: 'NFKD' }, { type: 'StripAccents' }, { type: 'Lowercase' }] }, pre_tokenizer: { type: 'Metaspace', replacement: '▁', add_prefix_space: true }, post_processor: template(['[CLS]', 1], ['[SEP]', 2]), decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true }, model: unigram(['<unk>', '[CLS]', '[SEP]', '[MASK]']) };
// Added tokens.
const added = [special(0, '<unk>', { special: true }), { id: 9000, content: 'MASK', single_word: true, lstrip: false, rstrip: false, normalized: false, special: false }, { id: 9001, content: 'the', single_word: true, lstrip: true, rstrip: false, normalized: true, special: false }, { id: 9002, content: 'Héllo', single_word: false, lstrip: false, rstrip: true, normalized: true, special: false }, { id: 9003, content: '<ma', single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }, { id: 9004, content: '<mask>', single_word: false, lstrip: true, rstrip: true, normalized: false, special: true }, { id: 9005, content: 'word-', single_word: false, lstrip: false, rstrip: false, normalized: true, special: false }];
T['added tokens'] = { added_tokens: added, normalizer: { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }] }, pre_tokenizer: { type: 'Whitespace' }, model: wordLevel };
T['added tokens, metaspace first'] = { added_tokens: added, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true }, model: unigram(['<unk>']) };
// Normalisers and pre-tokenisers, seen through single characters.
const letters = piecesOf(characters(corpus.normalize('NFKD') + corpus.toLowerCase() + corpus.normalize('NFKC') + bytesToChars.join('')));
const single = cut(regex('[\\s\\S]'));
for (const [name, n] of Object.entries({ NFC: { type: 'NFC' }, NFD: { type: 'NFD' }, NFKC: { type: 'NFKC' }, NFKD: { type: 'NFKD' }, Lowercase: { type: 'Lowercase' }, StripAccents: { type: 'StripAccents' }, Strip: { type: 'Strip', strip_left: true, strip_right: true }, 'Strip left': { type: 'Strip', strip_left: true, strip_right: false }, Nmt: { type: 'Nmt' }, Prepend: { type: 'Prepend', prepend: '##' }, ByteLevel: { type: 'ByteLevel' }, Replace: { type: 'Replace', pattern: { Regex: '[aeiou]+|\\p{N}' }, content: 'VW' }, 'Replace by nothing': { type: 'Replace', pattern: { String: 'e' }, content: '' } })) T[`normalizer ${name}`] = { normalizer: n, pre_tokenizer: single, model: letters };
const preTokenizers = { Whitespace: { type: 'Whitespace' }, WhitespaceSplit: { type: 'WhitespaceSplit' }, Digits: { type: 'Digits', individual_digits: false }, 'individual Digits': { type: 'Digits', individual_digits: true }, CharDelimiterSplit: { type: 'CharDelimiterSplit', delimiter: 'e' }, 'ByteLevel without words': { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: false }, 'words and ends': cut(regex('\\b|^|$')), han: cut(regex('[\\p{Han}\\p{Hiragana}]+|\\W'), 'Isolated'), nested: cut(regex('[a-c[x-z]\\d]+|[^\\S\\n]'), 'Removed'), quantifiers: cut(regex('a{2,3}+b?|(?:lo){1}w|e{,1}l'), 'Isolated'), 'case': cut(regex("(?i)THE|'s|k"), 'Isolated'), lookbehind: cut(regex('(?<=\\s)\\w(?!h)'), 'Isolated'), 'the or world': cut({ String: 'wor' }, 'MergedWithNext') };
for (const b of ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']) { preTokenizers[`Punctuation ${b}`] = { type: 'Punctuation', behavior: b }; preTokenizers[`Split ${b}`] = cut(regex('\\s|[aeiou]'), b); preTokenizers[`Split inverted ${b}`] = cut(regex('\\s|[aeiou]'), b, true); }
for (const [name, p] of Object.entries(preTokenizers)) T[`pre-tokenizer ${name}`] = { pre_tokenizer: p, model: wordLevel };
T['CTC'] = { pre_tokenizer: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false }, decoder: { type: 'CTC', pad_token: 'l', word_delimiter_token: 'o', cleanup: true }, model: letters };

const utf16 = text => { const at = [0]; for (const c of text) at.push(at.at(-1) + c.length); return at; };
async function encode(t, text, pair, addSpecialTokens) {
  const e = await t.encode(text, pair, { addSpecialTokens }), seq = e.getSequenceIds(), maps = [utf16(text.toWellFormed()), utf16((pair ?? '').toWellFormed())];
  return { ids: e.getIds(), types: e.getTypeIds(), words: e.getWordIds().map(w => w ?? -1), sequences: seq.map(s => s ?? -1), offsets: e.getOffsets().flatMap(([a, b], i) => [maps[seq[i] ?? 0][a], maps[seq[i] ?? 0][b]]) };
}
const out = [];
for (const [name, parts] of Object.entries(T)) {
  const json = { version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...parts };
  let t; try { t = Tokenizer.fromString(JSON.stringify(json)); } catch (e) { console.log(name, String(e)); continue; }
  const cases = [];
  for (const text of texts) { try { const c = await encode(t, text, null, true); cases.push({ text, ...c, decoded: await t.decode(c.ids, true), whole: await t.decode(c.ids, false) }); } catch (e) { console.log(name, JSON.stringify(text), String(e).slice(0, 100)); } }
  const pair = await encode(t, texts[4], texts[7], true), bare = await encode(t, texts[4], texts[7], false);
  out.push({ name, tokenizer: json, cases, pair: { text: texts[4], textPair: texts[7], ...pair }, bare });
}
fs.writeFileSync(process.argv[2], zlib.gzipSync(JSON.stringify(out), { level: 9 }));
console.log(out.length, 'tokenizers', fs.statSync(process.argv[2]).size, 'bytes');
