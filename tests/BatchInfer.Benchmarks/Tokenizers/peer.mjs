// Tokens per second of transformers.js' tokenizer: node peer.mjs MODELS-FOLDER MODEL TEXTS.json; run in a folder where it is installed.
import fs from 'node:fs'; import path from 'node:path'; import { createRequire } from 'node:module'; import { pathToFileURL } from 'node:url';
const { AutoTokenizer, env } = await import(pathToFileURL(createRequire(path.join(process.cwd(), 'x')).resolve('@huggingface/transformers')));
env.allowRemoteModels = false; env.localModelPath = process.argv[2] + '/';
const tokenizer = await AutoTokenizer.from_pretrained(process.argv[3]), texts = JSON.parse(fs.readFileSync(process.argv[4], 'utf8'));
let best = 0, tokens = 0;
for (let pass = 0; pass < 3; pass++) {
  const start = performance.now(); tokens = 0;
  for (const text of texts) tokens += tokenizer.encode(text).length;
  best = Math.max(best, tokens / (performance.now() - start) * 1000);
}
console.log(JSON.stringify({ tokens, tokensPerSecond: best }));
