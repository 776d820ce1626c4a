// The AI SDK against a jgemma server with the demo model. Prints a line a check.
import {createOpenAICompatible} from '@ai-sdk/openai-compatible';
import {embed, generateText, streamText, tool} from 'ai';
import {z} from 'zod';

const url = process.argv[2];
const greeting = 'Hello! How can I help you today?';
const models = await (await fetch(url + '/v1/models')).json();
const id = models.data[0].id;
const provider = createOpenAICompatible({name: 'jgemma', baseURL: url + '/v1', apiKey: 'none', includeUsage: true});
const model = provider(id);
const weather = {
  get_weather: tool({
    description: 'Get the weather forecast.',
    inputSchema: z.object({city: z.string(), days: z.number().int()}),
  }),
};
const ask = 'What is the weather in Paris for the next 3 days?';
let failures = 0;

async function check(name, test) {
  try {
    if (!(await test())) throw new Error('wrong answer');
    console.log('passed ai ' + name);
  } catch (e) {
    failures++;
    console.log('FAILED ai ' + name + ' ' + String(e).slice(0, 300));
  }
}

await check('chat', async () => (await generateText({model, prompt: 'Hello', temperature: 0})).text === greeting);
await check('stream', async () => {
  const result = streamText({model, prompt: 'Hello', temperature: 0});
  let text = '';
  for await (const part of result.textStream) text += part;
  return text === greeting && (await result.usage).inputTokens === 10;
});
await check('tools', async () => {
  const result = streamText({model, prompt: ask, temperature: 0, tools: weather});
  for await (const _ of result.fullStream);
  const calls = await result.toolCalls;
  return calls[0].toolName === 'get_weather' && calls[0].input.city === 'Paris' && calls[0].input.days === 3;
});
await check('embeddings', async () =>
  (await embed({model: provider.textEmbeddingModel(id), value: 'A river'})).embedding.length > 0);
await check('errors', async () => {
  try {
    await generateText({model: provider('other'), prompt: 'Hello', maxRetries: 0});
  } catch (e) {
    return String(e).includes('other');
  }
  return false;
});
process.exit(failures ? 1 : 0);
