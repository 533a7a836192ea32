// Writes shared/BatchInfer.Inference/Tokenization/Normalization/unicode.txt: the tables by which Hugging Face's tokenizers normalise,
// asked of them character by character (they are of several older versions of Unicode, so no single version of Unicode's own files will do).
//   npm install --ignore-scripts tokenizers@0.23.2; apt-get install unicode-data; node unicode.mjs /usr/share/unicode > unicode.txt
import fs from 'node:fs'; import path from 'node:path'; import { createRequire } from 'node:module';
const t = createRequire(path.join(process.cwd(), 'x'))('tokenizers');
const hex = s => Array.from(s, c => c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')).join(' ');
const all = []; for (let c = 0; c < 0x110000; c++) if (c < 0xD800 || c > 0xDFFF) all.push(c);
const apply = n => s => n.normalizeString(s);
const nfd = apply(t.nfdNormalizer()), nfkd = apply(t.nfkdNormalizer()), nfc = apply(t.nfcNormalizer());
const bert = o => apply(t.bertNormalizer({ cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false, ...o }));
const strip = apply(t.stripAccentsNormalizer()), bertStrip = bert({ stripAccents: true }), bertClean = bert({ cleanText: true }), bertCut = t.bertPreTokenizer();
const lines = [];
const ranges = (kind, test) => {
  let from = -1, last = -2;
  const end = () => { if (from >= 0) lines.push(`${kind} ${hex(String.fromCodePoint(from))} ${hex(String.fromCodePoint(last))}`); };
  for (const c of all) if (test(String.fromCodePoint(c))) { if (c !== last + 1) { end(); from = c; } last = c; }
  end();
};
const hangul = c => c >= 0xAC00 && c < 0xAC00 + 11172;   // by arithmetic
for (const line of fs.readFileSync(path.join(process.argv[2], 'UnicodeData.txt'), 'utf8').split('\n')) {
  const [code, , , ccc, , decomposition] = line.split(';'), c = parseInt(code, 16);
  if (!code || (c >= 0xD800 && c <= 0xDFFF)) continue;
  const s = String.fromCodePoint(c);
  // A mark is known to the reference when it moves before one of the highest class.
  if (ccc !== '0' && (c === 0x345 || nfd('a\u0345' + s) === 'a' + nfd(s) + '\u0345')) lines.push(`class ${hex(s)} ${ccc}`);
  if (hangul(c)) continue;
  if (nfd(s) !== s) lines.push(`canonical ${hex(s)} ${hex(nfd(s))}`);
  if (nfkd(s) !== nfd(s)) lines.push(`compatible ${hex(s)} ${hex(nfkd(s))}`);
  if (decomposition && !decomposition.startsWith('<') && decomposition.includes(' ') && nfc(s) === s && nfc(nfd(s)) === s) lines.push(`pair ${hex(s)} ${decomposition}`);
}
ranges('mark', s => strip(s) === '');
ranges('nonspacing', s => bertStrip(s) === '');
ranges('control', s => bertClean(`a${s}a`) === 'aa');
ranges('punctuation', s => bertCut.preTokenizeString(`a${s}a`).length === 3);
process.stdout.write(lines.join('\n') + '\n');
