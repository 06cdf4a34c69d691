// The server that a team would write itself: fastify, sharp and onnxruntime-node. For comparison only; started by `perennial bench serve --node DIR`.
// node node_server.mjs ENCODER.onnx SIZE PORT
import Fastify from 'fastify';
import sharp from 'sharp';
import ort from 'onnxruntime-node';

const [, , model, sizeText, portText] = process.argv;
const size = Number(sizeText);
const plane = size * size;
sharp.cache(false);
sharp.concurrency(1);
const session = await ort.InferenceSession.create(model);
const app = Fastify({ bodyLimit: 64 << 20 });
app.addContentTypeParser('image/jpeg', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
app.get('/', async () => 'ready');
app.post('/embed', async request => {
  const pixels = await sharp(request.body).resize(size, size, { fit: 'cover' }).removeAlpha().toColourspace('srgb').raw().toBuffer();
  const image = new Float32Array(3 * plane);
  for (let pixel = 0, at = 0; pixel < plane; pixel++) {
    image[pixel] = pixels[at++] / 255;
    image[plane + pixel] = pixels[at++] / 255;
    image[2 * plane + pixel] = pixels[at++] / 255;
  }
  const { embedding } = await session.run({ image: new ort.Tensor('float32', image, [1, 3, size, size]) });
  return { embeddings: [{ index: 0, embedding: Array.from(embedding.data) }] };
});
await app.listen({ host: '127.0.0.1', port: Number(portText) });
